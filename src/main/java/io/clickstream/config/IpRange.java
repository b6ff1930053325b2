package io.clickstream.config;

import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import javax.annotation.Nullable;

/** The IP addresses with a common prefix: {@code 66.249.64.0/19}, {@code 2001:db8::/32}. */
public final class IpRange implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IP_V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IP_V6 = Pattern.compile("[0-9a-fA-F:][0-9a-fA-F:.]*");

    private final byte[] address;
    private final int bits;

    private IpRange(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /**
     * Parses an address, or an address with a prefix length (RFC 4632, RFC 4291).
     *
     * @throws IllegalArgumentException if it is neither; the message says why
     */
    public static IpRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("has '" + text + "', which is not an IP address");
        }
        int length = address.length * Byte.SIZE;
        int bits = slash < 0 ? length : bits(text.substring(slash + 1));
        if (bits < 0 || bits > length) {
            throw new IllegalArgumentException(
                    "has '" + text + "', whose prefix length is not between 0 and " + length);
        }
        return new IpRange(address, bits);
    }

    private static int bits(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /**
     * Parses an address to its 4 or 16 bytes. An IPv4 address that is mapped into IPv6 becomes 4
     * bytes. Returns null if the text is not an address. Never queries DNS.
     */
    @Nullable
    public static byte[] bytes(String text) {
        boolean isV6 = text.indexOf(':') >= 0;
        if (!(isV6 ? IP_V6 : IP_V4).matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Whether an address, as {@link #bytes} gives it, is in this range. */
    public boolean contains(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        int whole = bits / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (other[i] != address[i]) {
                return false;
            }
        }
        int rest = bits % Byte.SIZE;
        return rest == 0 || ((other[whole] ^ address[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(address).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}

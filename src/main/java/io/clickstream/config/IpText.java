package io.clickstream.config;

import java.util.ArrayList;
import java.util.List;
import javax.annotation.Nullable;

/**
 * Parses addresses in the notations of web servers and proxies: several addresses separated by
 * commas, with the client's first, as in {@code X-Forwarded-For}; with spaces around them; with a
 * port; IPv6 in brackets.
 */
public final class IpText {

    /**
     * The number of characters of a list in which the client's address is searched. A typical list
     * has a few addresses of at most 45 characters each; longer lists must not cost more time.
     */
    private static final int MAX_CLIENT_CHARACTERS = 1024;

    /** The parts of a list, without the spaces around them. Parts can be empty. */
    public static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int begin = 0;
        for (int comma = text.indexOf(','); comma >= 0; comma = text.indexOf(',', begin)) {
            parts.add(text.substring(begin, comma).trim());
            begin = comma + 1;
        }
        parts.add(text.substring(begin).trim());
        return parts;
    }

    /**
     * The bytes of the first valid address of a list, which is the client's; null if no address
     * ends within the first 1,024 characters.
     */
    @Nullable
    public static byte[] client(String text) {
        int end = text.length();
        if (end > MAX_CLIENT_CHARACTERS) {
            // A part that is cut off could be read as another address.
            end = text.lastIndexOf(',', MAX_CLIENT_CHARACTERS);
        }
        for (int begin = 0; begin <= end; ) {
            int comma = text.indexOf(',', begin);
            int partEnd = comma < 0 ? end : comma;
            byte[] address = address(text.substring(begin, partEnd).trim());
            if (address != null) {
                return address;
            }
            begin = partEnd + 1;
        }
        return null;
    }

    /**
     * The bytes of one address, with or without a port, as {@link IpRange#bytes} returns them; null
     * if the text is not an address.
     */
    @Nullable
    public static byte[] address(String text) {
        String address = text;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0 || !isPort(text, end + 1)) {
                return null;
            }
            address = text.substring(1, end);
            return address.indexOf(':') < 0 ? null : IpRange.bytes(address);
        }
        int colon = text.indexOf(':');
        if (colon >= 0 && text.indexOf('.') >= 0 && text.indexOf(':', colon + 1) < 0) {
            if (!isPort(text, colon)) {
                return null;
            }
            address = text.substring(0, colon);
        }
        return IpRange.bytes(address);
    }

    /** Whether the rest of the text is empty, or a colon and a port. */
    private static boolean isPort(String text, int begin) {
        if (begin == text.length()) {
            return true;
        }
        int digits = text.length() - begin - 1;
        if (text.charAt(begin) != ':' || digits < 1 || digits > 5) {
            return false;
        }
        for (int i = begin + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private IpText() {}
}

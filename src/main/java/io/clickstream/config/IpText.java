package io.clickstream.config;

import java.util.ArrayList;
import java.util.List;
import javax.annotation.Nullable;

/**
 * Reads addresses as web servers and proxies write them: several separated by commas, the client's
 * first, as in {@code X-Forwarded-For}; with blanks around; with a port; IPv6 in brackets.
 */
public final class IpText {

    /**
     * How much of a list is looked at for the client. A list in use has a few addresses, each of at
     * most 45 characters; a longer one must not cost more time.
     */
    private static final int MAX_CLIENT_CHARACTERS = 1024;

    /** The texts of a list, without the blanks around them; an empty one where nothing is. */
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
     * The bytes of the first of a list that is an address: the client's. Null if none is one among
     * those that end within the first 1,024 characters.
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
     * The bytes of one address, perhaps with a port, as {@link IpRange#bytes} gives them. Null if
     * it is none.
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

    /** Whether nothing more comes, or a colon and a number. */
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

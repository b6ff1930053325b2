package io.clickstream.event;

/** How long a text gets as JSON. */
public final class JsonText {

    /** A control character, or half of a surrogate pair, as four hexadecimal digits. */
    private static final int ESCAPE = 6;

    /**
     * Bytes of a text as a JSON string in UTF-8, quotes included, as the aggregates are written:
     * quotes, backslashes and the usual control characters take two bytes, other control characters
     * and each half of a surrogate pair take six.
     */
    public static int utf8Length(String text) {
        int length = 2;
        for (int i = 0; i < text.length(); i++) {
            length += utf8Length(text.charAt(i));
        }
        return length;
    }

    private static int utf8Length(char c) {
        if (c < 0x80) {
            switch (c) {
                case '"':
                case '\\':
                case '\b':
                case '\t':
                case '\n':
                case '\f':
                case '\r':
                    return 2;
                default:
                    return c < ' ' ? ESCAPE : 1;
            }
        }
        if (c < 0x800) {
            return 2;
        }
        return Character.isSurrogate(c) ? ESCAPE : 3;
    }

    private JsonText() {}
}

package io.clickstream.event;

import javax.annotation.Nullable;

/**
 * A user id as few bytes: the kind of id, 0 a number, 1 a JSON string, 2 a number's literal; then
 * the number, zigzag, or the text, length and UTF-16 units.
 */
public final class UserBytes {

    private static final int NUMBER = 0;
    private static final int STRING = 1;
    private static final int LITERAL = 2;

    /**
     * Writes a user.
     *
     * @param number the user, if the id is no text
     * @param text the user, if the id is a text, else null
     */
    public static void write(long number, @Nullable UserId text, VarBytes out) {
        if (text == null) {
            out.put(NUMBER);
            out.putSigned(number);
        } else {
            out.put(text.isQuoted() ? STRING : LITERAL);
            out.put(text.text());
        }
    }

    /**
     * Reads a user.
     *
     * @throws IllegalStateException if a later version wrote the bytes
     */
    public static UserId read(VarBytes in) {
        int kind = (int) in.get();
        switch (kind) {
            case NUMBER:
                return UserId.ofNumber(in.getSigned());
            case STRING:
                return UserId.ofString(in.getText());
            case LITERAL:
                return UserId.ofNumberLiteral(in.getText());
            default:
                throw new IllegalStateException(
                        "State has a user id of kind "
                                + kind
                                + ", which this version does not know");
        }
    }

    private UserBytes() {}
}

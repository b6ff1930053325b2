package io.clickstream.tools.command;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Text for a terminal, without what a terminal obeys. Records and names of files come from
 * strangers: a control character in them could clear the screen, forge a line of the output, or
 * hide one, and a mark of direction could show text in another order.
 */
public final class PlainText {

    private static final int NON_JOINER = 0x200c;
    private static final int JOINER = 0x200d;

    /** A text on one line: what cannot be seen becomes an escape as in JSON. */
    public static String of(String text) {
        if (text.codePoints().allMatch(PlainText::isVisible)) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        text.codePoints()
                .forEach(
                        each -> {
                            if (isVisible(each)) {
                                plain.appendCodePoint(each);
                            } else {
                                appendEscaped(plain, each);
                            }
                        });
        return plain.toString();
    }

    /** Whether a terminal shows a character as what it is. */
    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            // Some scripts and emoji need joiners.
            case Character.FORMAT -> codePoint == JOINER || codePoint == NON_JOINER;
            default -> true;
        };
    }

    private static void appendEscaped(StringBuilder to, int codePoint) {
        for (char unit : Character.toChars(codePoint)) {
            to.append(String.format(Locale.ROOT, "\\u%04X", (int) unit));
        }
    }

    /**
     * A stream that prints plain text only. Line breaks come from {@code println} and from formats,
     * and not from what they print.
     */
    public static PrintStream stream(PrintStream out) {
        return new PlainStream(out);
    }

    /** Hands texts on, which the other stream encodes for its terminal. */
    private static final class PlainStream extends PrintStream {

        private final PrintStream to;

        PlainStream(PrintStream to) {
            super(to, true, StandardCharsets.UTF_8);
            this.to = to;
        }

        @Override
        public void print(String text) {
            to.print(of(String.valueOf(text)));
        }

        @Override
        public void println() {
            to.println();
        }

        @Override
        public void println(String text) {
            to.println(of(String.valueOf(text)));
        }

        @Override
        public void println(Object object) {
            println(String.valueOf(object));
        }

        @Override
        public PrintStream format(String format, Object... arguments) {
            return format(Locale.getDefault(Locale.Category.FORMAT), format, arguments);
        }

        @Override
        public PrintStream format(Locale locale, String format, Object... arguments) {
            to.format(locale, format, plain(arguments));
            return this;
        }

        /** Numbers stay, since a format can ask for them. */
        private static Object[] plain(Object... arguments) {
            return Stream.of(arguments)
                    .map(each -> each instanceof Number ? each : of(String.valueOf(each)))
                    .toArray();
        }
    }

    private PlainText() {}
}

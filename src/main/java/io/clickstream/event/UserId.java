package io.clickstream.event;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.Comparator;
import java.util.Objects;
import javax.annotation.Nullable;

/**
 * The user of a click: a JSON number or a JSON string, kept and written as received.
 *
 * <p>Two ids are the same user if they are the same JSON value in the same notation: {@code 7} and
 * {@code "7"} are two users, and so are {@code 1} and {@code 1.0}, because only one of them could
 * be written as received. Strings are compared after their escapes are resolved.
 */
public final class UserId {

    /**
     * Numbers first, then other ids by their text. Ids with equal hash codes do not make it slow.
     */
    public static final Comparator<UserId> ORDER =
            Comparator.comparing(UserId::text, Comparator.nullsFirst(Comparator.naturalOrder()))
                    .thenComparingLong(UserId::number);

    /** As the number where there is a text: whether that is a JSON string. */
    private static final long QUOTED = 1;

    /** In 24 bytes rather than 32, since one is made of every click. */
    private final long number;

    @Nullable private final String text;

    private UserId(long number, @Nullable String text) {
        this.number = number;
        this.text = text;
    }

    /** An integral number that fits a long, which nearly all ids are. */
    public static UserId ofNumber(long number) {
        return new UserId(number, null);
    }

    /** A JSON string. */
    public static UserId ofString(String text) {
        return new UserId(QUOTED, Objects.requireNonNull(text));
    }

    /**
     * A JSON number that is no long, such as {@code 1.50} or one of 30 digits, as it was written.
     */
    public static UserId ofNumberLiteral(String literal) {
        return new UserId(0, Objects.requireNonNull(literal));
    }

    /** The id of a text that {@link #asIdText()} wrote. */
    public static UserId ofIdText(String text) {
        char first = text.charAt(0);
        if (first == '"') {
            return ofString(text.substring(1));
        }
        return first == '-' || (first >= '0' && first <= '9') ? ofLiteral(text) : ofString(text);
    }

    private static UserId ofLiteral(String literal) {
        try {
            long number = Long.parseLong(literal);
            return Long.toString(number).equals(literal)
                    ? ofNumber(number)
                    : ofNumberLiteral(literal); // -0
        } catch (NumberFormatException e) {
            return ofNumberLiteral(literal);
        }
    }

    /** The number, where {@link #text()} is null. */
    public long number() {
        return number;
    }

    /** The string or the number's literal; null for an integral number. */
    @Nullable
    public String text() {
        return text;
    }

    /** Whether it is a JSON string rather than a number. */
    public boolean isQuoted() {
        return text != null && number == QUOTED;
    }

    /** Writes this id as the JSON value that it came as. */
    public void writeTo(JsonGenerator json) throws IOException {
        if (text == null) {
            json.writeNumber(number);
        } else if (isQuoted()) {
            json.writeString(text);
        } else {
            json.writeNumber(text);
        }
    }

    /** The id as plain text, without quotes: a record's key in a topic. */
    public String asText() {
        return text == null ? Long.toString(number) : text;
    }

    /** Whether the id has more characters; asked of every click, so a number makes no text. */
    public boolean isLongerThan(int characters) {
        return text != null && text.length() > characters;
    }

    /**
     * The id as a text that tells 7 from "7", as decoders write ids of clicks: a number's literal,
     * or the string, behind a quotation mark if it could be a number.
     */
    public String asIdText() {
        if (!isQuoted()) {
            return asText();
        }
        char first = text.isEmpty() ? '"' : text.charAt(0);
        boolean mayBeNumber = first == '-' || (first >= '0' && first <= '9');
        return mayBeNumber || first == '"' ? '"' + text : text;
    }

    /** The id as JSON, which unlike {@link #asText()} tells {@code 7} from {@code "7"}. */
    public String asJson() {
        return isQuoted()
                ? '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"'
                : asText();
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof UserId)) {
            return false;
        }
        UserId that = (UserId) other;
        return number == that.number && Objects.equals(text, that.text);
    }

    @Override
    public int hashCode() {
        // Must not change: it decides which subtask owns a user, also in old savepoints.
        return text == null ? hashCode(number) : text.hashCode();
    }

    /** That of an integral number. */
    public static int hashCode(long number) {
        return Long.hashCode(number);
    }

    @Override
    public String toString() {
        return asJson();
    }
}

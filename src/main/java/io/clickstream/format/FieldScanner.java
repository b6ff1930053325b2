package io.clickstream.format;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.clickstream.config.ClickField;
import io.clickstream.config.ClickField.Kind;
import io.clickstream.config.JsonMapping;
import io.clickstream.event.StringPool;
import io.clickstream.event.Texts;
import io.clickstream.event.UserId;
import io.clickstream.format.MemberNames.Name;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * Reads the fields of a JSON record from its bytes, eight at a time. It makes no tokens: it finds
 * where names and values end, compares names as words, and looks a second time only at the values
 * of fields.
 *
 * <p>It checks the whole record, as {@link FieldParser} does: a record that it reads is one valid
 * JSON object (RFC 8259) in UTF-8, within the limits of the parser, and the parser finds the same
 * fields in it. It gives up on every other record, and on some that are rare. It never says why:
 * the parser then reads the record from its beginning, decides, and finds the first error.
 *
 * <p>Methods that read something return the index behind it, or {@link #GIVE_UP}. A valid record
 * ends with a brace. {@link #read} checks this first, so a loop over blanks, digits, or literals
 * always ends there, and only what is behind a closing bracket must be compared with the end.
 */
final class FieldScanner {

    private static final int GIVE_UP = -1;

    /** Longer names are left to the parser, which has a limit of 1,024 bytes. */
    private static final int MAX_NAME = 1000;

    /** Longer numbers are left to the parser, which has a limit of 1,000 characters. */
    private static final int MAX_NUMBER = 500;

    /** Longer records are left to the parser, which has a limit of 20,000,000 for a string. */
    private static final int MAX_RECORD = 16 << 20;

    /**
     * Values inside so many objects and arrays of a value are left to the parser, which has a limit
     * of 1,000 for the whole record. One bit of a word each.
     */
    private static final int MAX_DEPTH = 60;

    /** The rest up to the parser's limit is for objects that pointers lead through. */
    private static final int MAX_POINTER_DEPTH = 900;

    private static final int WORD = Long.BYTES;

    /** Any number of so many digits fits a long. */
    private static final int SURE_DIGITS = 18;

    /** Powers of ten, up to that of a word of digits. */
    private static final int[] POWERS = {
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
    };

    private static final int TRUE = 'e' << 24 | 'u' << 16 | 'r' << 8 | 't';
    private static final int FALS = 's' << 24 | 'l' << 16 | 'a' << 8 | 'f';
    private static final int NULL = 'l' << 24 | 'l' << 16 | 'u' << 8 | 'n';

    /** What a value is. An enum would be compared the same way, but not stay in a register. */
    private static final int AN_INTEGER = 1;

    private static final int A_FRACTION = 2;
    private static final int A_STRING = 3;
    private static final int A_BOOLEAN = 4;
    private static final int A_NULL = 5;

    private final FieldTree tree;
    private final JsonTimeReader times;
    private final StringPool pool;
    private final int users;
    private final int departments;
    @Nullable private final Map<String, String> eventTypes;
    @Nullable private final String departmentCut;
    private final byte[] cutBytes;
    private final boolean isUsable;

    /** The index behind the closing brace of the record. */
    private int limit;

    /** The closing quote of the last name. */
    private int nameEnd;

    /** Whether the last string had an escape. */
    private boolean hasEscape;

    // The last value that was not an object or array: what it is, and where, without its quotes.
    private int kind;
    private int begin;
    private int end;
    private boolean isEscaped;

    /** The value of the last number that fits a long. */
    private long number;

    /** The characters of the last string that had an escape. */
    private char[] characters = new char[64];

    /**
     * Creates a scanner.
     *
     * @param tree the fields of the mapping, and optional ones
     */
    FieldScanner(JsonMapping mapping, FieldTree tree, JsonTimeReader times, StringPool pool) {
        this.tree = tree;
        this.times = times;
        this.pool = pool;
        users = mapping.users().size();
        departments = mapping.departments().size();
        eventTypes = mapping.eventTypes().isEmpty() ? null : mapping.eventTypes();
        departmentCut = mapping.departmentCut().orElse(null);
        cutBytes =
                departmentCut == null
                        ? new byte[0]
                        : departmentCut.getBytes(StandardCharsets.UTF_8);
        isUsable =
                tree.depth() < MAX_POINTER_DEPTH
                        && (departmentCut == null || Texts.isPaired(departmentCut));
    }

    /**
     * Reads the fields of a record into empty ones.
     *
     * @return whether it did; if not, some fields may be set, and the parser must decide
     */
    boolean read(byte[] record, ClickFields fields) {
        int last = record.length - 1;
        while (last >= 0 && isBlank(record[last])) {
            last--;
        }
        limit = last + 1;
        if (record.length < WORD
                || record.length > MAX_RECORD
                || !isUsable
                || record[last < 0 ? 0 : last] != '}') {
            return false;
        }
        int at = skipBlanks(record, 0);
        if (record[at] != '{') {
            return false;
        }
        times.begin();
        if (users > 1) {
            fields.clearUsers((1 << users) - 1);
        }
        if (departments > 1) {
            fields.clearDepartments((1 << departments) - 1);
        }
        if (object(record, at + 1, tree, fields) != limit) {
            return false;
        }
        if (users > 1) {
            fields.chooseUser(users);
        }
        if (departments > 1) {
            fields.chooseDepartment(departments);
        }
        times.count();
        return true;
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || character == '\n' || character == '\r' || character == '\t';
    }

    private static int skipBlanks(byte[] record, int from) {
        int at = from;
        while (record[at] <= ' ' && isBlank(record[at])) {
            at++;
        }
        return at;
    }

    /** Reads the members of an object, from behind its opening brace. */
    private int object(byte[] record, int from, FieldTree place, ClickFields fields) {
        MemberNames names = place.names();
        Name name = names.start();
        int at = from;
        while (record[at] != '}') {
            Name expected = name.next();
            if (expected != null && expected.isAt(record, at)) {
                name = expected;
                at += expected.length();
            } else {
                int begin = at;
                at = skipBlanks(record, at);
                if (record[at] == '}') {
                    return at + 1;
                }
                if (name != names.start()) {
                    if (record[at] != ',') {
                        return GIVE_UP;
                    }
                    at = skipBlanks(record, at + 1);
                }
                int quote = at;
                at = name(record, quote);
                if (at == GIVE_UP) {
                    return GIVE_UP;
                }
                if (hasEscape) {
                    name = Name.notLearned(memberOfEscaped(record, quote + 1, place));
                } else {
                    name = names.findBehind(name, record, begin, quote + 1, nameEnd, at);
                }
            }
            FieldTree member = name.member();
            at = member == null ? skip(record, at) : value(record, at, member, fields);
            if (at == GIVE_UP || at >= limit) {
                return GIVE_UP;
            }
        }
        return at + 1;
    }

    @Nullable
    private FieldTree memberOfEscaped(byte[] record, int nameBegin, FieldTree place) {
        int length = unescape(record, nameBegin, nameEnd);
        return length < 0 ? null : place.member(new String(characters, 0, length));
    }

    /** Reads the elements of an array, from behind its opening bracket. */
    private int array(byte[] record, int from, FieldTree place, ClickFields fields) {
        int at = skipBlanks(record, from);
        if (record[at] == ']') {
            return at + 1;
        }
        int rank = 0;
        for (int index = 0; ; index++) {
            if (rank < place.elements() && place.index(rank) == index) {
                at = value(record, at, place.byIndex(rank), fields);
                rank++;
            } else {
                at = skip(record, at);
            }
            if (at == GIVE_UP || at >= limit) {
                return GIVE_UP;
            }
            at = skipBlanks(record, at);
            if (record[at] == ']') {
                return at + 1;
            }
            if (record[at] != ',') {
                return GIVE_UP;
            }
            at = skipBlanks(record, at + 1);
        }
    }

    /** Reads a value that is a field, or has fields inside. */
    private int value(byte[] record, int at, FieldTree place, ClickFields fields) {
        byte first = record[at];
        boolean isStructure = first == '{' || first == '[';
        if (place.kind() == FieldTree.INNER) {
            // Of a name that is there twice, the last counts, with all that it lacks.
            place.clear(fields);
            if (isStructure) {
                return first == '{'
                        ? object(record, at + 1, place, fields)
                        : array(record, at + 1, place, fields);
            }
            return scalar(record, at);
        }
        if (isStructure) {
            return structure(record, at, place.optional(), fields);
        }
        int next = scalar(record, at);
        if (next == GIVE_UP) {
            return GIVE_UP;
        }
        boolean isRead = true;
        switch (place.kind()) {
            case FieldTree.USER:
            case FieldTree.TIME:
            case FieldTree.EVENT_TYPE:
            case FieldTree.DEPARTMENT:
                isRead = field(record, place, fields);
                break;
            default:
                for (FieldTree part : place.parts()) {
                    isRead &= field(record, part, fields);
                }
        }
        return isRead ? next : GIVE_UP;
    }

    /** Reads an object or array, which only the fields of an interaction can be. */
    private int structure(byte[] record, int at, @Nullable ClickField field, ClickFields fields) {
        if (field == null || field.kind() != Kind.OF_INTERACTION) {
            return GIVE_UP;
        }
        int next = nested(record, at);
        if (next == GIVE_UP) {
            return GIVE_UP;
        }
        StringWriter json = new StringWriter();
        try (JsonParser parser = RecordJson.FACTORY.createParser(record, at, next - at);
                JsonGenerator generator = RecordJson.FACTORY.createGenerator(json)) {
            parser.nextToken();
            generator.copyCurrentStructure(parser);
        } catch (IOException e) {
            return GIVE_UP;
        }
        fields.set(field, json.toString());
        return next;
    }

    /** Sets a field to the last value, and returns whether that is possible. */
    private boolean field(byte[] record, FieldTree place, ClickFields fields) {
        switch (place.kind()) {
            case FieldTree.USER:
                return user(record, place, fields);
            case FieldTree.TIME:
                return time(record, fields);
            case FieldTree.EVENT_TYPE:
                return eventType(record, fields);
            case FieldTree.DEPARTMENT:
                return department(record, place, fields);
            default:
                return optional(record, place.optional(), fields);
        }
    }

    private boolean user(byte[] record, FieldTree place, ClickFields fields) {
        UserId user;
        switch (kind) {
            case AN_INTEGER:
                // Nothing tells -0 from 0 but how it was written.
                user =
                        isLong(record) && (number != 0 || end - begin == 1)
                                ? UserId.ofNumber(number)
                                : UserId.ofNumberLiteral(plain(record));
                break;
            case A_FRACTION:
                user = UserId.ofNumberLiteral(plain(record));
                break;
            case A_STRING:
                String text = whole(record);
                if (text == null) {
                    return false;
                }
                user = text.isEmpty() ? null : UserId.ofString(text);
                break;
            case A_NULL:
                user = null;
                break;
            default:
                return false;
        }
        if (users > 1) {
            fields.setUser(user, place.rank());
        } else {
            fields.setUser(user);
        }
        return true;
    }

    private boolean time(byte[] record, ClickFields fields) {
        if (kind == A_NULL) {
            fields.clearTime();
            return true;
        }
        if (kind == AN_INTEGER) {
            if (!times.readsNumbers() || !isLong(record)) {
                return false;
            }
            fields.setTime(times.ofInteger(number));
            return true;
        }
        if (kind == A_BOOLEAN || isEscaped) {
            return false;
        }
        long millis = times.ofText(record, begin, end, kind == A_STRING);
        fields.setTime(millis);
        return millis != PlainTimes.NONE;
    }

    private boolean eventType(byte[] record, ClickFields fields) {
        if (kind == A_NULL) {
            fields.setEventType(null);
            return true;
        }
        String type = pooled(record);
        if (type != null && eventTypes != null) {
            String mapped = eventTypes.get(type);
            type = mapped == null ? type : mapped;
        }
        fields.setEventType(type);
        return type != null;
    }

    private boolean department(byte[] record, FieldTree place, ClickFields fields) {
        String department = null;
        if (kind != A_NULL) {
            if (departmentCut == null) {
                department = pooled(record);
            } else if (isEscaped) {
                department = pooledCharacters(unescape(record, begin, end), departmentCut);
            } else {
                department = pool.ofValidUtf8(record, begin, cut(record) - begin);
            }
            if (department == null) {
                return false;
            }
        }
        if (departments > 1) {
            fields.setDepartment(department, place.rank());
        } else {
            fields.setDepartment(department);
        }
        return true;
    }

    /** Where the department ends, which is a string without escapes. */
    private int cut(byte[] record) {
        byte first = cutBytes[0];
        for (int i = begin; i <= end - cutBytes.length; i++) {
            if (record[i] == first
                    && Arrays.equals(
                            record, i, i + cutBytes.length, cutBytes, 0, cutBytes.length)) {
                return i;
            }
        }
        return end;
    }

    private boolean optional(byte[] record, ClickField field, ClickFields fields) {
        if (field.kind() == Kind.NUMBER) {
            boolean isNumber = kind == AN_INTEGER || kind == A_FRACTION;
            boolean isUsed = isNumber && end - begin <= FieldParser.MAX_NUMBER_LENGTH;
            fields.set(field, isUsed ? plain(record) : null);
            return true;
        }
        String text = null;
        if (kind != A_NULL) {
            text = optionalText(record, field.kind());
            if (text == null) {
                return false;
            }
            if (field.kind() == Kind.ID && kind == A_STRING) {
                text = ClickFields.idOfText(text);
            }
        }
        fields.set(field, text);
        return true;
    }

    /** The text of the last value, for an optional field; null if it cannot have one. */
    @Nullable
    private String optionalText(byte[] record, Kind of) {
        switch (of) {
            case ID:
                return kind == A_BOOLEAN ? null : whole(record);
            case NAME:
                // The few that are clicked often are many of the clicks.
                return kind == A_BOOLEAN ? null : pooled(record);
            case COMMON_TEXT:
                return kind == A_STRING ? common(record) : null;
            case TEXT:
                return kind == A_STRING ? text(record) : null;
            case NUMBER:
                break;
            case OF_INTERACTION:
                return text(record);
        }
        throw new IllegalStateException("Not a kind: " + of);
    }

    /** The characters of the last value, which must have no escapes. */
    private String plain(byte[] record) {
        return new String(record, begin, end - begin, StandardCharsets.UTF_8);
    }

    /** The text of the last value; null only if it is not UTF-8. */
    @Nullable
    private String text(byte[] record) {
        if (!isEscaped) {
            return plain(record);
        }
        int length = unescape(record, begin, end);
        return length < 0 ? null : new String(characters, 0, length);
    }

    /** The text of the last value; null if it has half of a surrogate pair. */
    @Nullable
    private String whole(byte[] record) {
        String text = text(record);
        // Only an escape can be half of a pair.
        return isEscaped && text != null && !Texts.isPaired(text) ? null : text;
    }

    /** The text of the last value, which many records share. */
    @Nullable
    private String common(byte[] record) {
        if (!isEscaped) {
            return pool.ofUtf8(record, begin, end - begin);
        }
        int length = unescape(record, begin, end);
        return length < 0 ? null : pool.of(characters, 0, length);
    }

    /** The same; null if it has half of a surrogate pair. */
    @Nullable
    private String pooled(byte[] record) {
        return isEscaped
                ? pooledCharacters(unescape(record, begin, end), null)
                : pool.ofValidUtf8(record, begin, end - begin);
    }

    @Nullable
    private String pooledCharacters(int length, @Nullable String cut) {
        if (length < 0) {
            return null;
        }
        int cutAt = cut == null ? -1 : new String(characters, 0, length).indexOf(cut);
        return pool.ofText(characters, 0, cutAt < 0 ? length : cutAt);
    }

    /** Converts the last value, an integer, and returns whether it fits a long. */
    private boolean isLong(byte[] record) {
        boolean isNegative = record[begin] == '-';
        int first = isNegative ? begin + 1 : begin;
        int digits = end - first;
        long value = 0;
        int at = first;
        if (digits > SURE_DIGITS) {
            return isLongText(record);
        }
        while (digits > WORD) {
            value = value * POWERS[WORD] + Swar.number(Swar.wordOrRest(record, at), WORD);
            digits -= WORD;
            at += WORD;
        }
        value = value * POWERS[digits] + Swar.number(Swar.wordOrRest(record, at), digits);
        number = isNegative ? -value : value;
        return true;
    }

    private boolean isLongText(byte[] record) {
        if (end - begin > SURE_DIGITS + 2) {
            return false;
        }
        try {
            number = Long.parseLong(plain(record));
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Reads a value that is not an object or array, as the last value. */
    private int scalar(byte[] record, int at) {
        int next;
        if (record[at] == '"') {
            begin = at + 1;
            end = string(record, begin);
            kind = A_STRING;
            isEscaped = hasEscape;
            return end == GIVE_UP ? GIVE_UP : end + 1;
        }
        begin = at;
        isEscaped = false;
        if (record[at] <= '9') {
            next = number(record, at);
        } else {
            next = literal(record, at);
            kind = record[at] == 'n' ? A_NULL : A_BOOLEAN;
        }
        end = next;
        return next;
    }

    /** Skips a value. */
    private int skip(byte[] record, int at) {
        byte first = record[at];
        if (first == '"') {
            int closing = string(record, at + 1);
            return closing == GIVE_UP ? GIVE_UP : closing + 1;
        }
        if (first <= '9') {
            return number(record, at);
        }
        return first == '{' || first == '[' ? nested(record, at) : literal(record, at);
    }

    private static int literal(byte[] record, int at) {
        int word = (int) Swar.wordOrRest(record, at);
        if (word == TRUE || word == NULL) {
            return at + Integer.BYTES;
        }
        return word == FALS && record[at + Integer.BYTES] == 'e' ? at + Integer.BYTES + 1 : GIVE_UP;
    }

    /** Reads a number; {@link #kind} then is what number it is. */
    private int number(byte[] record, int from) {
        int at = record[from] == '-' ? from + 1 : from;
        int first = at;
        at = digits(record, at);
        if (at == first || (record[first] == '0' && at - first > 1)) {
            return GIVE_UP;
        }
        kind = AN_INTEGER;
        if (record[at] == '.') {
            kind = A_FRACTION;
            int point = at;
            at = digits(record, at + 1);
            if (at == point + 1) {
                return GIVE_UP;
            }
        }
        if ((record[at] | 0x20) == 'e') {
            kind = A_FRACTION;
            at++;
            if (record[at] == '+' || record[at] == '-') {
                at++;
            }
            int exponent = at;
            at = digits(record, at);
            if (at == exponent) {
                return GIVE_UP;
            }
        }
        return at - from > MAX_NUMBER ? GIVE_UP : at;
    }

    /** Skips digits, if there are any. */
    private static int digits(byte[] record, int from) {
        int at = from;
        while (true) {
            long others = Swar.notDigits(Swar.wordOrRest(record, at));
            if (others != 0) {
                return at + Swar.first(others);
            }
            at += WORD;
        }
    }

    /**
     * Reads a string from behind its opening quote, and checks its escapes.
     *
     * @return the index of its closing quote
     */
    private int string(byte[] record, int from) {
        if (from + 2 * WORD > record.length) {
            return longString(record, from, from, 0);
        }
        // Two words at once: most strings end there, and to guess the wrong one costs more.
        long first = Swar.word(record, from);
        long second = Swar.word(record, from + WORD);
        long inFirst = Swar.endOfPlain(first);
        long inSecond = Swar.endOfPlain(second);
        if ((inFirst | inSecond) == 0) {
            return longString(record, from, from + 2 * WORD, first | second);
        }
        int at = from + (inFirst == 0 ? WORD : 0) + Swar.first(inFirst == 0 ? inSecond : inFirst);
        return record[at] == '"'
                ? endAt(record, from, at, first | second, false)
                : longString(record, from, at, first | second);
    }

    /**
     * Reads the rest of a string.
     *
     * @param behind the index from which to read
     * @param before all bytes before it, one over the other
     */
    private int longString(byte[] record, int from, int behind, long before) {
        int at = behind;
        long all = before;
        boolean escapes = false;
        while (at < limit) {
            long word = Swar.wordOrRest(record, at);
            all |= word;
            long special = Swar.endOfPlain(word);
            if (special == 0) {
                at += WORD;
                continue;
            }
            at += Swar.first(special);
            if (at >= limit) {
                return GIVE_UP;
            }
            if (record[at] == '"') {
                return endAt(record, from, at, all, escapes);
            }
            at = escape(record, at);
            if (at == GIVE_UP) {
                return GIVE_UP;
            }
            escapes = true;
        }
        return GIVE_UP;
    }

    private int endAt(byte[] record, int from, int quote, long all, boolean escapes) {
        // The bytes may be those of more than the string, so that this is checked in vain.
        if ((all & Swar.HIGH_BITS) != 0 && Texts.firstInvalid(record, from, quote) >= 0) {
            return GIVE_UP;
        }
        hasEscape = escapes;
        return quote;
    }

    /** Skips an escape. There may also be a control character, which a string must not have. */
    private static int escape(byte[] record, int at) {
        if (record[at] != '\\') {
            return GIVE_UP;
        }
        switch (record[at + 1]) {
            case '"':
            case '\\':
            case '/':
            case 'b':
            case 'f':
            case 'n':
            case 'r':
            case 't':
                return at + 2;
            case 'u':
                return at + 6 <= record.length && hex(record, at + 2) >= 0 ? at + 6 : GIVE_UP;
            default:
                return GIVE_UP;
        }
    }

    /** The number that four hexadecimal digits are; below zero if one is none. */
    private static int hex(byte[] record, int at) {
        int number = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = Character.digit(record[i], 16);
            if (digit < 0) {
                return -1;
            }
            number = number << 4 | digit;
        }
        return number;
    }

    /**
     * Resolves the escapes of a string into {@link #characters}.
     *
     * @return the number of characters; below zero if the string is not UTF-8
     */
    private int unescape(byte[] record, int from, int to) {
        if (characters.length < to - from) {
            characters = new char[Math.max(to - from, 2 * characters.length)];
        }
        int length = 0;
        int at = from;
        while (at < to) {
            byte c = record[at];
            if (c == '\\') {
                byte escaped = record[at + 1];
                characters[length++] =
                        escaped == 'u' ? (char) hex(record, at + 2) : unescaped(escaped);
                at += escaped == 'u' ? 6 : 2;
            } else if (c >= 0) {
                characters[length++] = (char) c;
                at++;
            } else {
                int next = at + 1;
                while (next < to && record[next] < 0) {
                    next++;
                }
                String more = new String(record, at, next - at, StandardCharsets.UTF_8);
                if (more.length() > next - at) {
                    return -1;
                }
                more.getChars(0, more.length(), characters, length);
                length += more.length();
                at = next;
            }
        }
        return length;
    }

    private static char unescaped(byte escaped) {
        switch (escaped) {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            default:
                return (char) escaped;
        }
    }

    /** Skips an object or array, and checks all that is in it. */
    private int nested(byte[] record, int from) {
        // Whether each is an object, the innermost one in the lowest bit.
        long objects = 0;
        int depth = 0;
        int at = from;
        while (true) {
            byte first = record[at];
            if (first == '{' || first == '[') {
                if (depth == MAX_DEPTH) {
                    return GIVE_UP;
                }
                depth++;
                objects = objects << 1 | (first == '{' ? 1 : 0);
                at = skipBlanks(record, at + 1);
                if (record[at] != (first == '{' ? '}' : ']')) {
                    at = first == '{' ? name(record, at) : at;
                    if (at == GIVE_UP) {
                        return GIVE_UP;
                    }
                    continue;
                }
                at++;
                depth--;
                objects >>>= 1;
            } else {
                at = skip(record, at);
            }
            // Behind a value.
            while (true) {
                if (depth == 0 || at == GIVE_UP || at >= limit) {
                    return depth == 0 ? at : GIVE_UP;
                }
                at = skipBlanks(record, at);
                boolean isObject = (objects & 1) != 0;
                if (record[at] == ',') {
                    at = skipBlanks(record, at + 1);
                    at = isObject ? name(record, at) : at;
                    break;
                }
                if (record[at] != (isObject ? '}' : ']')) {
                    return GIVE_UP;
                }
                at++;
                depth--;
                objects >>>= 1;
            }
            if (at == GIVE_UP) {
                return GIVE_UP;
            }
        }
    }

    /**
     * Skips a member's name, of which {@link #nameEnd} then is the closing quote, and its colon.
     */
    private int name(byte[] record, int at) {
        if (record[at] != '"') {
            return GIVE_UP;
        }
        nameEnd = string(record, at + 1);
        if (nameEnd == GIVE_UP || nameEnd - at > MAX_NAME) {
            return GIVE_UP;
        }
        int colon = skipBlanks(record, nameEnd + 1);
        return record[colon] == ':' ? skipBlanks(record, colon + 1) : GIVE_UP;
    }
}

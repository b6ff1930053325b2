package io.clickstream.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.clickstream.testing.JsonShape.Format;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Makes JSON records of a shape, most of which have something wrong with them. While a record is
 * made, its characters are the bytes of UTF-8, so that it can hold what is no UTF-8.
 */
public final class MutatedJson {

    /** Around these, and some of them far from both. */
    private final long[] times;

    private final Random random;

    /**
     * @param edges times around which clicks become letters, ms
     */
    public MutatedJson(Random random, long... edges) {
        this.random = random;
        this.times = edges;
    }

    /** Strings as JSON has them. */
    private static final String[] STRINGS = {
        "\"ann\"",
        "\"7\"",
        "\"\"",
        "\"N/A\"",
        "\"Books\"",
        "\"books.fiction.new\"",
        "\".\"",
        "\"a::b\"",
        "\"Garten & M\303\266bel\"",
        "\"\\u00fc\\n\\t\\\"\\\\\\/\\b\\f\\r\"",
        "\"\\u0000\"",
        "\"\360\237\230\200\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ude00\\ud83d\"",
        "\"a.\\ud83d\"",
        "\"\\ud83dx\\ude00\"",
        "\"\\uD83D\\u0041\"",
        "\"-1\"",
        "\"\\\"q\"",
        "\"2.5\"",
        "\"Crawler/1.0\"",
        "\"Mozilla/5.0\"",
        "\"\\u0043rawler\""
    };

    /** So many at the beginning are taken more often. */
    private static final int GOOD_STRINGS = 12;

    private static final int GOOD_NUMBERS = 13;

    /** Of which some are no numbers. */
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "7",
        "42",
        "1",
        "-1",
        "1e3",
        "1E+3",
        "1e-3",
        "1.0",
        "1.50",
        "-0.0",
        "0.1e1",
        "2147483648",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "12345678901234567890",
        "99999999999999999999",
        "1e400",
        "1e-400",
        "1e-4000",
        "1e99999999999",
        "01",
        "-01",
        "00",
        "+1",
        "1.",
        ".5",
        "-",
        "1e",
        "1e+",
        "0x1F",
        "1_000",
        "NaN",
        "-NaN",
        "Infinity",
        "-Infinity",
        "1.5e3",
        "1,5",
        "- 1",
        "1655183298",
        "1655183298.63",
        "1.65518329863e9"
    };

    private static final String[] OTHERS = {
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "[7]",
        "{\"a\":1}",
        "nul",
        "True",
        "undefined",
        "'x'",
        "",
        "/* c */ 1",
        "\"open",
        "[1,",
        "{\"a\"}",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\"\t\"",
        "[1,]",
        "{\"a\":1,}",
        "\"a\" \"b\""
    };

    /** Bytes that are no UTF-8, or only nearly. */
    private static final String[] NO_UTF8 = {
        "\300\200",
        "\301\277",
        "\340\200\200",
        "\355\240\275",
        "\355\240\275\355\270\200",
        "\360\200\200\200",
        "\364\220\200\200",
        "\370\210\200\200\200",
        "\377",
        "\200",
        "\303",
        "\342\202",
        "\360\237\230",
        "\357\273\277",
        "\357\277\277"
    };

    /** Names that begin or end as those of fields, or have as many bytes. */
    private static final String[] NEAR_NAMES = {
        "useri",
        "userid2",
        "userId",
        "Userid",
        "user_ie",
        "eventtimestam",
        "eventtimestamp2",
        "fventtimestamp",
        "eventtimestbmp",
        "event_typf",
        "event_type2",
        "product_typ",
        "product_typf",
        "proeuct_type",
        "category",
        "categories_of_ewent",
        "categories_of_evenu",
        "useri\\u0064",
        "event\\u005ftype",
        "product\\_type",
        "0",
        "1"
    };

    /** A byte order mark, an array, and the first bytes of gzip and of registries' headers. */
    private static final String[] HEADS = {
        "", "\357\273\277", " ", "[", "\037\213\b", "\000", "\003"
    };

    /** A record of the shape. */
    public byte[] record(JsonShape shape) {
        String json = object(shape);
        if (random.nextInt(12) == 0) {
            json = spaced(json);
        }
        for (int i = random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            json = mutated(json);
        }
        return encoded(json);
    }

    /** A tree of members by the shape's pointers, with others between. */
    private String object(JsonShape shape) {
        List<String[]> fields = new ArrayList<>();
        for (String user : shape.users()) {
            add(fields, user, user());
        }
        add(fields, shape.time(), time(shape.format()));
        add(fields, shape.eventType(), eventType());
        for (String department : shape.departments()) {
            add(fields, department, string());
        }
        add(fields, shape.id(), random.nextBoolean() ? number() : string());
        add(fields, shape.userAgent(), string());
        add(fields, shape.item(), random.nextBoolean() ? number() : string());
        for (String pointer : shape.interaction()) {
            add(fields, pointer, random.nextInt(3) == 0 ? nestedValue() : value());
        }
        while (!fields.isEmpty() && random.nextInt(8) == 0) {
            // Once more.
            String[] again = fields.get(random.nextInt(fields.size()));
            fields.add(new String[] {again[0], value()});
        }
        Collections.shuffle(fields, random);
        return objectOf(fields, random.nextInt(6) == 0);
    }

    private void add(List<String[]> fields, String pointer, String value) {
        if (pointer != null && random.nextInt(20) > 0) {
            fields.add(new String[] {pointer, random.nextInt(40) == 0 ? value() : value});
        }
    }

    /** Members with the same first part of a pointer are mostly put together. */
    private String objectOf(List<String[]> fields, boolean withOthers) {
        List<String> members = new ArrayList<>();
        List<String[]> rest = new ArrayList<>(fields);
        while (!rest.isEmpty()) {
            String pointer = rest.get(0)[0];
            int slash = pointer.indexOf('/', 1);
            String head = slash < 0 ? pointer : pointer.substring(0, slash);
            String name = head.substring(1).replace("~1", "/").replace("~0", "~");
            if (slash < 0) {
                members.add(name(name) + blank() + ':' + blank() + rest.remove(0)[1]);
            } else {
                boolean together = random.nextInt(15) > 0;
                List<String[]> inner = new ArrayList<>();
                for (int i = 0; i < rest.size(); ) {
                    if (rest.get(i)[0].startsWith(head + '/') && (inner.isEmpty() || together)) {
                        String[] field = rest.remove(i);
                        inner.add(new String[] {field[0].substring(slash), field[1]});
                    } else {
                        i++;
                    }
                }
                members.add(name(name) + ':' + innerOf(inner));
            }
        }
        if (withOthers) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                members.add(random.nextInt(members.size() + 1), other());
            }
        }
        return blank() + '{' + blank() + String.join(blank() + ',' + blank(), members) + '}';
    }

    /** An array where the pointers have places of elements, and mostly so. */
    private String innerOf(List<String[]> inner) {
        boolean isArray = inner.stream().allMatch(field -> field[0].matches("/[0-9](/.*)?"));
        if (!isArray || random.nextInt(12) == 0) {
            return objectOf(inner, random.nextInt(6) == 0);
        }
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String place = "/" + i;
            List<String[]> within = new ArrayList<>();
            String value = null;
            for (String[] field : inner) {
                if (field[0].equals(place)) {
                    value = field[1];
                } else if (field[0].startsWith(place + '/')) {
                    within.add(new String[] {field[0].substring(2), field[1]});
                }
            }
            if (value != null) {
                elements.add(value);
            } else if (!within.isEmpty()) {
                elements.add(innerOf(within));
            } else if (inner.stream().anyMatch(field -> field[0].compareTo(place) > 0)) {
                elements.add(value());
            }
        }
        return '[' + String.join(",", elements) + ']';
    }

    private String name(String name) {
        if (random.nextInt(40) == 0) {
            char first = name.charAt(0);
            return String.format("\"\\u%04x%s\"", (int) first, name.substring(1));
        }
        return random.nextInt(200) == 0 ? name : '"' + name + '"';
    }

    private String other() {
        return switch (random.nextInt(13)) {
            case 0 -> "\"deep\":" + deep(pick(3, 20, 59, 60, 61, 62, 900, 1100));
            case 1 -> '"' + pick("n", "\303\244").repeat(pick(10, 400, 1200)) + "\":1";
            case 2 -> "\"x\":" + "9".repeat(pick(20, 900, 999, 1000, 1001, 1100));
            case 3 -> "\"x\":\"" + pick(NO_UTF8) + '"';
            case 4 -> '"' + pick(NO_UTF8) + "\":1";
            case 5 -> "\"\":" + value();
            case 6 -> "\"x\":" + text(random.nextInt(40));
            case 7 -> text(random.nextInt(24)) + ':' + value();
            case 8 -> "\"x\":" + nestedValue();
            case 9 -> '"' + pick(NEAR_NAMES) + "\":" + value();
            default -> "\"x\":" + value();
        };
    }

    /** A string of so many characters, with whatever can be in a string. */
    private String text(int length) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < length; i++) {
            text.append(
                    switch (random.nextInt(40)) {
                        case 0 -> pick("\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00");
                        case 1 -> pick("\303\244", "\342\202\254", "\360\237\230\200");
                        case 2 -> pick("{", "}", "[", "]", ",", ":", " ", "\177");
                        default -> String.valueOf((char) ('a' + random.nextInt(26)));
                    });
        }
        if (random.nextInt(20) == 0) {
            text.append(pick("\\", "\\u", "\\u12", "\\ud83d", "\001", "\037", pick(NO_UTF8)));
        }
        return text.append('"').toString();
    }

    /** An object or array with others inside. */
    private String nestedValue() {
        boolean isArray = random.nextBoolean();
        List<String> inner = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String value = random.nextInt(3) == 0 ? nestedValue() : plainValue();
            inner.add((isArray ? "" : text(random.nextInt(10)) + blank() + ':') + blank() + value);
        }
        String content = String.join(blank() + ',' + blank(), inner) + blank();
        return isArray ? '[' + content + ']' : '{' + content + '}';
    }

    private String plainValue() {
        return switch (random.nextInt(4)) {
            case 0 -> text(random.nextInt(20));
            case 1 -> number();
            case 2 -> pick("true", "false", "null");
            default -> Long.toString(random.nextLong() >> random.nextInt(64));
        };
    }

    /** Adds blanks at many of the places that can have some, and at few that cannot. */
    private String spaced(String json) {
        StringBuilder spaced = new StringBuilder();
        boolean isInString = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean mayHaveBlanks = !isInString && "{}[]:,\"".indexOf(c) >= 0;
            if (mayHaveBlanks && random.nextBoolean()) {
                spaced.append(pick(" ", "\t", "\r\n", "    ", "          ", "\n  "));
            }
            spaced.append(c);
            if (isInString && c == '\\' && i + 1 < json.length()) {
                spaced.append(json.charAt(++i));
            } else if (c == '"') {
                isInString = !isInString;
            }
            if (random.nextInt(400) == 0) {
                spaced.append(pick(" ", "\f", "\0", "\302\240"));
            }
        }
        return spaced + pick("", " ", "\n", "\r\n", " \n\t ");
    }

    private String deep(int depth) {
        return random.nextBoolean()
                ? "[".repeat(depth) + "1" + "]".repeat(depth)
                : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    }

    private String user() {
        if (random.nextInt(6) == 0) {
            String digits = Long.toString(random.nextLong(Long.MAX_VALUE)).repeat(2);
            return digits.substring(0, 1 + random.nextInt(22));
        }
        return random.nextInt(3) > 0
                ? pick("7", "\"ann\"", "2147483648", "\"7\"", "\"\\u00fc\"")
                : random.nextBoolean() ? string() : number();
    }

    private String eventType() {
        return random.nextInt(3) > 0
                ? pick("\"order_checkout\"", "\"purchase\"", "\"view\"", "42", "\"42\"", "true")
                : value();
    }

    private String string() {
        return switch (random.nextInt(40)) {
            case 0 -> '"' + pick("a", "\303\244").repeat(pick(1023, 1024, 1025)) + '"';
            case 1 -> "\"a" + pick(NO_UTF8) + "b\"";
            case 2 -> '"' + "\360\237\230\200".repeat(pick(511, 512, 513)) + '"';
            case 3, 4, 5, 6, 7, 8 -> pick(STRINGS);
            default -> STRINGS[random.nextInt(GOOD_STRINGS)];
        };
    }

    private String number() {
        return random.nextInt(5) == 0 ? pick(NUMBERS) : NUMBERS[random.nextInt(GOOD_NUMBERS)];
    }

    private String value() {
        return switch (random.nextInt(4)) {
            case 0 -> string();
            case 1 -> number();
            case 2 -> time(pick(Format.values()));
            default -> pick(OTHERS);
        };
    }

    private String time(Format format) {
        long edge = times[random.nextInt(times.length)];
        long millis =
                random.nextInt(3) > 0
                        ? edge + random.nextInt(5) - 2
                        : edge + random.nextInt(2_000_000_000) - 1_000_000_000L;
        if (random.nextInt(20) == 0) {
            millis = pick(0L, -1L, -1000L, 1L, 1_655_183_298L, 4_102_444_800_000L);
        }
        if (format == Format.ISO || format == Format.PATTERN) {
            return '"' + (format == Format.ISO ? iso(millis) : ofPattern(millis)) + '"';
        }
        String digits = digits(format, millis);
        return random.nextInt(4) == 0 ? '"' + digits + '"' : digits;
    }

    private String digits(Format format, long millis) {
        return switch (format) {
            case MILLIS -> Long.toString(millis);
            case MICROS -> Long.toString(millis * 1000 + random.nextInt(1000));
            case NANOS -> Long.toString(millis * 1_000_000 + random.nextInt(1_000_000));
            default -> seconds(millis);
        };
    }

    private String seconds(long millis) {
        String whole = Long.toString(millis / 1000);
        String fraction = String.format("%03d", Math.abs(millis % 1000));
        return pick(
                whole,
                whole + '.' + fraction,
                whole + '.' + fraction + "999",
                whole + '.' + fraction + "e0",
                millis + "e-3",
                millis + "E-03");
    }

    private String iso(long millis) {
        if (random.nextInt(12) == 0) {
            return pick(
                    "2022-02-30T10:00:00Z",
                    "2020-02-29T10:00:00Z",
                    "2022-06-14T24:00:00Z",
                    "2022-06-14T23:59:60Z",
                    "2022-06-14T10:00:00.Z",
                    "2022-06-14T10:00:00.1234567890Z",
                    "2022-06-14T10Z",
                    "2022-06-14",
                    "2022-06-14Z",
                    "+12022-06-14T10:00:00Z",
                    "+2022-06-14T10:00:00Z",
                    "-2022-06-14T10:00:00Z",
                    "-0000-06-14T10:00:00Z",
                    "0000-06-14T10:00:00Z",
                    "12022-06-14T10:00:00Z",
                    "2022-06-14T10:00:00ZZ",
                    "2022-06-14T10:00:00+02:00+02:00",
                    "2022-06-14T10:00:00 10:00:00",
                    "2022-06-14T10:00:00+18:00",
                    "2022-06-14T10:00:00+18:01",
                    "2022-06-14T10:00:00+02:60",
                    "2022-06-14T10:00:00-00:00",
                    "2022-06-14T10:00:00+2",
                    "2022-06-14T10:00:00+02:00:00",
                    "2022-06-14T10:00:00[Europe/Berlin]",
                    "2022-06-14 10:00:00 UTC",
                    " 2022-06-14T10:00:00Z",
                    "2022-06-14T10:00:00Z ",
                    "2022-03-27T02:30:00",
                    "2021-10-31T02:30:00",
                    "2021-10-31T03:00:00",
                    "2022-165T10:00:00Z",
                    "2022-W24-2T10:00:00Z",
                    "20220614T100000Z");
        }
        String offset = pick("Z", "z", "", "+02:00", "+0200", "-05", "+05:30", "+00:00");
        int seconds =
                offset.length() < 3
                        ? 0
                        : ZoneOffset.of(offset.length() == 3 ? offset + ":00" : offset)
                                .getTotalSeconds();
        String time =
                Instant.ofEpochMilli(millis)
                        .atOffset(ZoneOffset.ofTotalSeconds(seconds))
                        .toLocalDateTime()
                        .format(
                                DateTimeFormatter.ofPattern(
                                        pick(
                                                "uuuu-MM-dd'T'HH:mm:ss.SSS",
                                                "uuuu-MM-dd'T'HH:mm:ss.SSS",
                                                "uuuu-MM-dd HH:mm:ss.SSSSSS",
                                                "uuuu-MM-dd't'HH:mm:ss.SSSSSSSSS",
                                                "uuuu-MM-dd'T'HH:mm:ss",
                                                "uuuu-MM-dd HH:mm")));
        return time + offset;
    }

    private String ofPattern(long millis) {
        if (random.nextInt(12) == 0) {
            return pick(
                    "2019-02-30 00:00:01 UTC",
                    "2020-02-29 00:00:01 UTC",
                    "2019-10-01 24:00:00 UTC",
                    "2019-10-01 00:00:00 GMT",
                    "2019-10-01 00:00:00 utc",
                    "2019-10-01 00:00:00",
                    "2019-10-01T00:00:00 UTC",
                    "0000-10-01 00:00:00 UTC",
                    "-2019-10-01 00:00:00 UTC",
                    "+12019-10-01 00:00:00 UTC",
                    "+999999999999-10-01 00:00:00 UTC",
                    "12019-10-01 00:00:00 UTC",
                    "2019-1-01 00:00:00 UTC",
                    "2019-13-01 00:00:00 UTC",
                    "2019-10-01 00:00:00 UTC ");
        }
        return Instant.ofEpochMilli(millis)
                .atOffset(ZoneOffset.UTC)
                .format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'"));
    }

    private String blank() {
        return random.nextInt(10) > 0 ? "" : pick(" ", "\n", "\r\n\t", "  ");
    }

    private String mutated(String json) {
        if (json.isEmpty()) {
            return json;
        }
        int at = random.nextInt(json.length());
        int end = at + random.nextInt(json.length() - at);
        return switch (random.nextInt(9)) {
            case 0 -> json.substring(0, at);
            case 1 -> json.substring(0, at) + json.substring(at + 1);
            case 2 -> json.substring(0, at) + json.charAt(at) + json.substring(at);
            case 3 -> json + pick(" ", "}", "{}", "x", ",", "\000", "\n\n", "1", "/**/");
            case 4 -> json.substring(0, at) + pick(NO_UTF8) + json.substring(at);
            case 5 -> json.substring(0, at) + (char) random.nextInt(256) + json.substring(at + 1);
            case 6 -> pick(HEADS) + json + pick("", "]");
            case 7 -> json.substring(0, end) + json.substring(at);
            default ->
                    json.replaceFirst(
                            pick("\"", ",", ":", "[{]", "[}]", "[0-9]", "e", "\\."),
                            pick("", "\"", "'", ",", ":", "0", "\\\\u0065", "-"));
        };
    }

    /** Mostly UTF-8. */
    private byte[] encoded(String json) {
        byte[] utf8 = json.getBytes(ISO_8859_1);
        if (random.nextInt(12) > 0) {
            return utf8;
        }
        String text = new String(utf8, UTF_8);
        if (random.nextInt(8) == 0 && !text.isEmpty()) {
            int at = random.nextInt(text.length());
            text = text.substring(0, at) + pick((char) 0xd83d, (char) 0xde00) + text.substring(at);
        }
        String charset = pick("UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE");
        byte[] wide = wide((random.nextInt(2) == 0 ? text : (char) 0xfeff + text), charset);
        if (random.nextInt(6) == 0 && wide.length > 0) {
            int at = random.nextInt(wide.length);
            wide[at] ^= (byte) (1 << random.nextInt(8));
        }
        return random.nextInt(12) == 0 && wide.length > 0
                ? Arrays.copyOf(wide, random.nextInt(wide.length))
                : wide;
    }

    /** Halves of surrogate pairs included, which an encoder would replace. */
    private static byte[] wide(String text, String charset) {
        boolean isBig = charset.endsWith("BE");
        int width = charset.startsWith("UTF-32") ? 4 : 2;
        int[] units = width == 4 ? text.codePoints().toArray() : text.chars().toArray();
        byte[] bytes = new byte[width * units.length];
        for (int i = 0; i < units.length; i++) {
            for (int j = 0; j < width; j++) {
                int place = isBig ? width - 1 - j : j;
                bytes[width * i + place] = (byte) (units[i] >>> (8 * j));
            }
        }
        return bytes;
    }

    @SafeVarargs
    private final <T> T pick(T... of) {
        return of[random.nextInt(of.length)];
    }
}

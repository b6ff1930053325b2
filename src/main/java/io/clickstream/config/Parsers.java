package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/**
 * Parses the values of settings. All methods throw {@link IllegalArgumentException} with the error
 * if a value is invalid.
 */
final class Parsers {

    static final String DURATION = "a duration, such as `500 ms`, `20 s`, `30 min`";
    static final String SIZE = "a size, such as `512 kb`, `5 mb`";
    static final String UP_TO_A_DAY = "a duration up to `1 d`, such as `500 ms`, `20 s`";
    static final String POINTER = "a JSON pointer";
    static final String OPTIONAL_POINTER = "a JSON pointer, or `none`";
    static final String SEVERAL = "several separated by commas";
    static final String REGION = "a region, such as `eu-central-1`";

    private static final Pattern POINTER_SYNTAX = Pattern.compile("(/([^~/]|~[01])*)+");
    private static final Pattern SEVERAL_POINTERS = Pattern.compile(",\\s*/");
    private static final Pattern WILDCARD = Pattern.compile("/\\*+(/|$)");
    private static final Pattern BRACKETS = Pattern.compile("\\[[0-9*]*](/|$)");
    private static final int MAX_ALTERNATIVES = 16;
    private static final Pattern FOLDER_NAME = Pattern.compile("[A-Za-z0-9._=-]+");
    private static final int KIBIBYTE = 1024;
    private static final int MEBIBYTE = 1 << 20;
    private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59.999Z");
    private static final Duration LONGEST = Duration.ofDays(3650);

    static String text(String text) {
        return text;
    }

    static boolean bool(String text) {
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        throw new IllegalArgumentException("is not a boolean");
    }

    static int positiveInt(String text) {
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is not a whole number", e);
        }
        if (value < 1) {
            throw new IllegalArgumentException("is less than 1");
        }
        return value;
    }

    static Key.Parser<Integer> intUpTo(int highest) {
        return text -> {
            int value = positiveInt(text);
            if (value > highest) {
                throw new IllegalArgumentException("is greater than " + highest);
            }
            return value;
        };
    }

    /** Names separated by commas. There must be at least one, and none may be empty. */
    static List<String> list(String text) {
        List<String> names =
                Arrays.stream(text.split(",", -1)).map(String::trim).collect(Collectors.toList());
        if (names.contains("")) {
            throw new IllegalArgumentException("has an empty entry before or after a comma");
        }
        return names;
    }

    /** Pairs {@code from=to} separated by commas, each {@code from} once. */
    static Map<String, String> table(String text) {
        Map<String, String> table = new HashMap<>();
        for (String pair : list(text)) {
            int equals = pair.indexOf('=');
            String from = pair.substring(0, Math.max(0, equals)).trim();
            String to = pair.substring(equals + 1).trim();
            if (from.isEmpty() || to.isEmpty()) {
                throw new IllegalArgumentException(
                        "has '" + pair + "', which is not a pair of names separated by =");
            }
            if (table.put(from, to) != null) {
                throw new IllegalArgumentException("has two values for '" + from + "'");
            }
        }
        return Map.copyOf(table);
    }

    /** A JSON pointer (RFC 6901) to a part of a record. */
    static JsonPointer pointer(String text) {
        String problem = pointerProblem(text);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        return JsonPointer.compile(text);
    }

    /**
     * The error of a pointer; null if it is valid. Some pointers that RFC 6901 allows are almost
     * certainly mistakes: another syntax, or a list where one pointer is expected.
     */
    @Nullable
    private static String pointerProblem(String text) {
        if (!POINTER_SYNTAX.matcher(text).matches()) {
            return text.startsWith("/")
                    ? "has a ~ that is not followed by 0 or 1"
                    : "does not begin with /";
        }
        if (SEVERAL_POINTERS.matcher(text).find()) {
            return "has several pointers, but only one is allowed";
        }
        if (WILDCARD.matcher(text).find()) {
            return "has a *, but JSON pointers have no wildcards; select an element of an array"
                    + " by its index, such as /items/0";
        }
        if (BRACKETS.matcher(text).find()) {
            return "has an index in brackets; write the index as a part of the pointer, such as"
                    + " /items/0";
        }
        return text.endsWith("/") ? "ends with /, which selects a member with an empty name" : null;
    }

    /** JSON pointers separated by commas. */
    static List<JsonPointer> pointers(String text) {
        List<JsonPointer> pointers = new ArrayList<>();
        for (String each : list(text)) {
            String problem = pointerProblem(each);
            if (problem != null) {
                throw new IllegalArgumentException(
                        each.equals(text) ? problem : "has '" + each + "', which " + problem);
            }
            pointers.add(JsonPointer.compile(each));
        }
        return List.copyOf(pointers);
    }

    /** JSON pointers separated by commas, which are tried in order. */
    static List<JsonPointer> alternatives(String text) {
        List<JsonPointer> pointers = pointers(text);
        if (pointers.size() > MAX_ALTERNATIVES) {
            throw new IllegalArgumentException("has more than " + MAX_ALTERNATIVES + " pointers");
        }
        for (JsonPointer pointer : pointers) {
            if (Collections.frequency(pointers, pointer) > 1) {
                throw new IllegalArgumentException("has '" + pointer + "' twice");
            }
        }
        return pointers;
    }

    /**
     * JSON pointers that are tried in order, or {@code none} for a field that records do not have.
     */
    static List<JsonPointer> optionalAlternatives(String text) {
        return text.equals("none") ? List.of() : alternatives(text);
    }

    /** Pairs {@code name=/pointer} separated by commas, in order. Names must be unique. */
    static Map<String, JsonPointer> columns(String text) {
        Map<String, JsonPointer> columns = new LinkedHashMap<>();
        for (String pair : list(text)) {
            int equals = pair.indexOf('=');
            String name = pair.substring(0, Math.max(0, equals)).trim();
            if (name.isEmpty()) {
                throw new IllegalArgumentException(
                        "has '"
                                + pair
                                + "', which is not a name and a JSON pointer separated by"
                                + " =");
            }
            String pointer = pair.substring(equals + 1).trim();
            if (!POINTER_SYNTAX.matcher(pointer).matches()) {
                throw new IllegalArgumentException(
                        "has '" + pair + "', where '" + pointer + "' is not a JSON pointer");
            }
            String problem = pointerProblem(pointer);
            if (problem != null) {
                throw new IllegalArgumentException("has '" + pair + "', whose pointer " + problem);
            }
            if (columns.put(name, pointer(pointer)) != null) {
                throw new IllegalArgumentException("has column " + name + " twice");
            }
        }
        return Collections.unmodifiableMap(columns);
    }

    /** The URI of a folder in any file system. */
    static URI folder(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is not a valid URI", e);
        }
        if (uri.getScheme() == null || uri.getPath() == null || !uri.getPath().startsWith("/")) {
            throw new IllegalArgumentException("is not a URI such as s3://bucket/prefix");
        }
        return uri;
    }

    /** URIs of files or folders, separated by commas. */
    static List<URI> folders(String text) {
        return list(text).stream().map(Parsers::folder).collect(Collectors.toUnmodifiableList());
    }

    /** The name of a folder inside another one. */
    static String folderName(String text) {
        if (!FOLDER_NAME.matcher(text).matches() || text.equals(".") || text.equals("..")) {
            throw new IllegalArgumentException("is not a valid folder name");
        }
        return text;
    }

    /** A JSON pointer, or {@code none} for a field that records do not have. */
    static Optional<JsonPointer> optionalPointer(String text) {
        return text.equals("none") ? Optional.empty() : Optional.of(pointer(text));
    }

    /** A time zone's name or offset. */
    static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("is not a time zone", e);
        }
    }

    /** A time in the years 1970 to 9999, in ISO 8601 and UTC. */
    static Instant instant(String text) {
        Instant time;
        try {
            time = Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("is not a time", e);
        }
        if (time.isBefore(Instant.EPOCH) || time.isAfter(LAST_TIME)) {
            throw new IllegalArgumentException("is not between 1970 and 9999");
        }
        return time;
    }

    /** IP addresses and ranges, separated by commas. */
    static List<IpRange> ipRanges(String text) {
        return list(text).stream().map(IpRange::parse).collect(Collectors.toUnmodifiableList());
    }

    /** The name of an index that OpenSearch accepts. */
    static String indexName(String text) {
        OpenSearchConfig.indexNameProblem(text)
                .ifPresent(
                        problem -> {
                            throw new IllegalArgumentException(
                                    "is not a valid index name: " + problem);
                        });
        return text;
    }

    /** A duration of at least 1 ms. */
    static Duration positiveDuration(String text) {
        Duration duration = duration(text);
        if (duration.toMillis() < 1) {
            throw new IllegalArgumentException("is less than 1 ms");
        }
        return duration;
    }

    /**
     * A duration of up to 3,650 days. Added to a time of the next centuries, it cannot overflow.
     */
    static Duration duration(String text) {
        String trimmed = text.trim();
        if (trimmed.chars().allMatch(Character::isDigit) && !trimmed.matches("0*")) {
            // Flink takes milliseconds; most people mean seconds or minutes.
            throw new IllegalArgumentException(
                    "has no unit; examples with a unit are "
                            + trimmed
                            + " ms and "
                            + trimmed
                            + " min");
        }
        Duration duration;
        try {
            duration = TimeUtils.parseDuration(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("is not a duration", e);
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("is longer than " + LONGEST.toDays() + " days");
        }
        return duration;
    }

    /** A duration of 1 ms to 1 day. */
    static Duration durationUpToADay(String text) {
        Duration duration = positiveDuration(text);
        if (duration.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("is longer than 1 day");
        }
        return duration;
    }

    /** A size in bytes, from 1 to the maximum of an int. */
    static int size(String text) {
        long bytes;
        try {
            bytes = MemorySize.parse(text).getBytes();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not a size", e);
        }
        if (bytes < 1 || bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("is not between 1 byte and 2 gb");
        }
        return (int) bytes;
    }

    /**
     * The size of a list inside a record, 16 KiB to 960 KiB. It leaves space for the record's other
     * fields and its key in 1 MiB, the limit of Kinesis and Kafka's default limit.
     */
    static int listSize(String text) {
        int bytes = size(text);
        if (bytes < 16 * KIBIBYTE || bytes > 960 * KIBIBYTE) {
            throw new IllegalArgumentException("is not between 16 kb and 960 kb");
        }
        return bytes;
    }

    /** A size in bytes, from 1 to 100 whole mebibytes. */
    static int wholeMebibytes(String text) {
        int bytes = size(text);
        if (bytes % MEBIBYTE != 0) {
            throw new IllegalArgumentException("is not a whole number of mb");
        }
        if (bytes > 100 * MEBIBYTE) {
            throw new IllegalArgumentException("is greater than 100 mb");
        }
        return bytes;
    }

    /** Addresses with scheme and host, separated by commas. */
    static List<URI> httpUris(String text) {
        return Arrays.stream(text.split(",")).map(Parsers::httpUri).collect(Collectors.toList());
    }

    private static URI httpUri(String text) {
        URI uri;
        try {
            uri = new URI(text.trim());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is not a valid URI", e);
        }
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "does not begin with http:// or https:// and a host");
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "has a user name or password, which are not" + " allowed in an address");
        }
        return uri;
    }

    static <E extends Enum<E>> Key.Parser<E> oneOf(Class<E> type) {
        return text ->
                Arrays.stream(type.getEnumConstants())
                        .filter(value -> label(value).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("is not supported"));
    }

    static <E extends Enum<E>> String labels(Class<E> type) {
        List<String> labels =
                Arrays.stream(type.getEnumConstants())
                        .map(value -> '`' + label(value) + '`')
                        .collect(Collectors.toList());
        int last = labels.size() - 1;
        return String.join(", ", labels.subList(0, last))
                + (last > 1 ? ", or " : " or ")
                + labels.get(last);
    }

    /** An enum's value as written in a configuration: {@code EXACTLY_ONCE} is exactly-once. */
    static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Parsers() {}
}

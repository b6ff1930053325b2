package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which clicks are left out of the aggregates: duplicates and those of bots. Nothing by default.
 */
public final class FilterConfig {

    private final Optional<JsonPointer> id;
    private final Duration duplicateSpan;
    private final Optional<JsonPointer> userAgent;
    private final List<String> botUserAgents;
    private final Optional<JsonPointer> ip;
    private final List<IpRange> botIpRanges;
    private final Optional<Integer> botClicks;
    private final Duration botPer;

    private FilterConfig(PropertyReader reader, FormatConfig format) {
        boolean duplicates = reader.has(ConfigKeys.DUPLICATES);
        id =
                duplicates
                        ? Optional.ofNullable(reader.get(ConfigKeys.DUPLICATE_ID))
                        : Optional.empty();
        duplicateSpan = reader.get(ConfigKeys.DUPLICATE_SPAN);
        botUserAgents = reader.find(ConfigKeys.BOT_USER_AGENTS).orElse(List.of());
        userAgent =
                pointer(
                        reader,
                        ConfigKeys.BOT_USER_AGENT,
                        ConfigKeys.BOT_USER_AGENTS,
                        botUserAgents);
        botIpRanges = reader.find(ConfigKeys.BOT_IP_RANGES).orElse(List.of());
        ip = pointer(reader, ConfigKeys.BOT_IP, ConfigKeys.BOT_IP_RANGES, botIpRanges);
        botClicks = reader.find(ConfigKeys.BOT_CLICKS);
        botPer = reader.get(ConfigKeys.BOT_PER);
        check(reader, format);
    }

    /** The field that a list is about; nothing where there is no list. */
    private static Optional<JsonPointer> pointer(
            PropertyReader reader, Key<JsonPointer> field, Key<?> list, List<?> listed) {
        if (reader.has(field) && !reader.has(list)) {
            reader.error(field, "is of no use without `" + list + "`");
        }
        return listed.isEmpty() ? Optional.empty() : Optional.ofNullable(reader.get(field));
    }

    private void check(PropertyReader reader, FormatConfig format) {
        if (reader.has(ConfigKeys.BOTS)
                && !reader.has(ConfigKeys.BOT_USER_AGENTS)
                && !reader.has(ConfigKeys.BOT_IP_RANGES)
                && !reader.has(ConfigKeys.BOT_CLICKS)) {
            reader.error(
                    "the group `"
                            + ConfigKeys.BOTS
                            + "` says nothing about how bots are known: it must have `"
                            + ConfigKeys.BOT_USER_AGENTS.name()
                            + "`, `"
                            + ConfigKeys.BOT_IP_RANGES.name()
                            + "` or `"
                            + ConfigKeys.BOT_CLICKS.name()
                            + "`, or be left out");
        }
        if (reader.has(ConfigKeys.BOT_PER) && !reader.has(ConfigKeys.BOT_CLICKS)) {
            reader.error(
                    ConfigKeys.BOT_PER, "is of no use without `" + ConfigKeys.BOT_CLICKS + "`");
        }
        if (format.type() == FormatConfig.Type.AVRO) {
            checkName(reader, ConfigKeys.DUPLICATE_ID, id);
            checkName(reader, ConfigKeys.BOT_USER_AGENT, userAgent);
            checkName(reader, ConfigKeys.BOT_IP, ip);
        }
    }

    private static void checkName(
            PropertyReader reader, Key<?> key, Optional<JsonPointer> pointer) {
        if (pointer.isPresent() && !pointer.get().tail().matches()) {
            reader.error(
                    key,
                    "is '"
                            + pointer.get()
                            + "', which leads into a field; of Avro records it must be / and the"
                            + " name of a field of the record itself");
        } else if (pointer.isPresent() && isRead(pointer.get())) {
            reader.error(key, "is '" + pointer.get() + "', which aggregates need as what it is");
        }
    }

    private static boolean isRead(JsonPointer pointer) {
        JsonMapping wire = JsonMapping.of(FormatConfig.Preset.LAB);
        return wire.users().contains(pointer)
                || pointer.equals(wire.time())
                || pointer.equals(wire.eventType().orElse(null))
                || wire.departments().contains(pointer);
    }

    static FilterConfig read(PropertyReader reader, FormatConfig format) {
        return new FilterConfig(reader, format);
    }

    /** The fields that the filters need, where these are on. */
    public OptionalFields fields() {
        OptionalFields fields = OptionalFields.NONE;
        fields = id.isPresent() ? fields.withId(id.get()) : fields;
        fields = userAgent.isPresent() ? fields.withUserAgent(userAgent.get()) : fields;
        return ip.isPresent() ? fields.withIp(ip.get()) : fields;
    }

    /** For how long, in event time, an id is remembered; empty if duplicates are not looked for. */
    public Optional<Duration> duplicateSpan() {
        return id.map(pointer -> duplicateSpan);
    }

    /** A user agent that contains one of these, in any case of letters, is a bot's. */
    public List<String> botUserAgents() {
        return botUserAgents;
    }

    /** An address in one of these is a bot's. */
    public List<IpRange> botIpRanges() {
        return botIpRanges;
    }

    /** Clicks within {@link #botPer()} above which a session is a bot's; empty for no limit. */
    public OptionalInt botClicks() {
        return botClicks.isPresent() ? OptionalInt.of(botClicks.get()) : OptionalInt.empty();
    }

    /** The time that {@link #botClicks()} are about. */
    public Duration botPer() {
        return botPer;
    }
}

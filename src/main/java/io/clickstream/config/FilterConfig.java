package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The filters for duplicates and for clicks by bots. Both are off by default. */
public final class FilterConfig implements NeedsFields {

    static final String DUPLICATES = "duplicates";
    static final String BOTS = "bots";

    static final Key<JsonPointer> DUPLICATE_ID =
            Key.of(
                    DUPLICATES,
                    "id",
                    Parsers::pointer,
                    Parsers.POINTER + ", such as `/event_id`",
                    "A value that identifies a click among those of its user: a number"
                            + " or a string. A click without one is never a duplicate.");

    static final Key<Duration> DUPLICATE_SPAN =
            Key.of(
                    DUPLICATES,
                    "span",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "10 min",
                    "How long, in event time, the job remembers an id.");

    static final Key<JsonPointer> BOT_USER_AGENT =
            Key.of(
                    BOTS,
                    "user-agent",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "/user_agent",
                    "The user agent of the browser: a string, of which the first 1,024"
                            + " characters are used.");

    static final Key<List<String>> BOT_USER_AGENTS =
            Key.of(
                    BOTS,
                    "user-agents",
                    Parsers::list,
                    "texts separated by commas, such as `bot,crawler,spider`",
                    "The job excludes clicks whose user agent contains one of these"
                            + " texts, in upper or lower case.");

    static final Key<JsonPointer> BOT_IP =
            Key.of(
                    BOTS,
                    "ip",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "/ip",
                    "The address from which the click came: a string.");

    static final Key<List<IpRange>> BOT_IP_RANGES =
            Key.of(
                    BOTS,
                    "ip-ranges",
                    Parsers::ipRanges,
                    "addresses or ranges separated by commas, such as"
                            + " `66.249.64.0/19,2001:db8::/32`",
                    "The job excludes clicks from these addresses.");

    static final Key<Integer> BOT_CLICKS =
            Key.of(
                    BOTS,
                    "max-clicks",
                    Parsers::positiveInt,
                    "a whole number, 1 or more",
                    "The job excludes sessions with more clicks than this per time"
                            + " `per`, on average.");

    static final Key<Duration> BOT_PER =
            Key.of(
                    BOTS,
                    "per",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "10 s",
                    "The time for `max-clicks`. A shorter session counts as this long.");

    static final KeyGroup DUPLICATES_KEYS = KeyGroup.of(DUPLICATES, DUPLICATE_ID, DUPLICATE_SPAN);

    static final KeyGroup BOTS_KEYS =
            KeyGroup.of(
                    BOTS,
                    BOT_USER_AGENT,
                    BOT_USER_AGENTS,
                    BOT_IP,
                    BOT_IP_RANGES,
                    BOT_CLICKS,
                    BOT_PER);

    private final Optional<JsonPointer> id;
    private final Duration duplicateSpan;
    private final Optional<JsonPointer> userAgent;
    private final List<String> botUserAgents;
    private final Optional<JsonPointer> ip;
    private final List<IpRange> botIpRanges;
    private final Optional<Integer> botClicks;
    private final Duration botPer;

    private FilterConfig(PropertyReader reader) {
        boolean duplicates = reader.has(DUPLICATES);
        id = duplicates ? Optional.ofNullable(reader.get(DUPLICATE_ID)) : Optional.empty();
        duplicateSpan = reader.get(DUPLICATE_SPAN);
        botUserAgents = reader.find(BOT_USER_AGENTS).orElse(List.of());
        userAgent = pointer(reader, BOT_USER_AGENT, BOT_USER_AGENTS, botUserAgents);
        botIpRanges = reader.find(BOT_IP_RANGES).orElse(List.of());
        ip = pointer(reader, BOT_IP, BOT_IP_RANGES, botIpRanges);
        botClicks = reader.find(BOT_CLICKS);
        botPer = reader.get(BOT_PER);
        check(reader);
    }

    /** The field to which a list applies; empty if there is no list. */
    private static Optional<JsonPointer> pointer(
            PropertyReader reader, Key<JsonPointer> field, Key<?> list, List<?> listed) {
        if (reader.has(field) && !reader.has(list)) {
            reader.error(
                    field,
                    "has no effect without `" + list + "`; set that too, or remove this key");
        }
        return listed.isEmpty() ? Optional.empty() : Optional.ofNullable(reader.get(field));
    }

    private void check(PropertyReader reader) {
        if (reader.has(BOTS)
                && !reader.has(BOT_USER_AGENTS)
                && !reader.has(BOT_IP_RANGES)
                && !reader.has(BOT_CLICKS)) {
            reader.error(
                    "group `"
                            + BOTS
                            + "` does not define what a bot is; set `"
                            + BOT_USER_AGENTS.name()
                            + "`, `"
                            + BOT_IP_RANGES.name()
                            + "`, or `"
                            + BOT_CLICKS.name()
                            + "`, or remove the group");
        }
        if (reader.has(BOT_PER) && !reader.has(BOT_CLICKS)) {
            reader.error(
                    BOT_PER,
                    "has no effect without `" + BOT_CLICKS + "`; set that too, or remove this key");
        }
    }

    static FilterConfig read(PropertyReader reader) {
        return new FilterConfig(reader);
    }

    @Override
    public OptionalFields addTo(OptionalFields fields) {
        return fields.with(ClickField.ID, id)
                .with(ClickField.USER_AGENT, userAgent)
                .with(ClickField.IP, ip);
    }

    /** How long the job remembers an id, in event time; empty if duplicates are not filtered. */
    public Optional<Duration> duplicateSpan() {
        return id.map(pointer -> duplicateSpan);
    }

    /** A user agent that contains one of these texts, ignoring case, belongs to a bot. */
    public List<String> botUserAgents() {
        return botUserAgents;
    }

    /** An address in one of these ranges belongs to a bot. */
    public List<IpRange> botIpRanges() {
        return botIpRanges;
    }

    /**
     * Sessions with more clicks than this per {@link #botPer()}, on average, belong to a bot; empty
     * for no limit.
     */
    public OptionalInt botClicks() {
        return botClicks.isPresent() ? OptionalInt.of(botClicks.get()) : OptionalInt.empty();
    }

    /** The time for {@link #botClicks()}. */
    public Duration botPer() {
        return botPer;
    }
}

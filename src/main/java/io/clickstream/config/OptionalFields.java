package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;

/**
 * Where records have what no aggregate needs, but a filter or a ranking that is on. Of Avro records
 * a pointer names a field of the record itself. What is not here is not read.
 */
public final class OptionalFields implements Serializable {

    /** Nothing of it is needed. */
    public static final OptionalFields NONE = new OptionalFields(null, null, null, null);

    private static final long serialVersionUID = 1L;

    @Nullable private final JsonPointer id;
    @Nullable private final JsonPointer userAgent;
    @Nullable private final JsonPointer ip;
    @Nullable private final JsonPointer item;

    private OptionalFields(
            @Nullable JsonPointer id,
            @Nullable JsonPointer userAgent,
            @Nullable JsonPointer ip,
            @Nullable JsonPointer item) {
        this.id = id;
        this.userAgent = userAgent;
        this.ip = ip;
        this.item = item;
    }

    /** The same with a click's id. */
    public OptionalFields withId(JsonPointer pointer) {
        return new OptionalFields(Objects.requireNonNull(pointer), userAgent, ip, item);
    }

    /** The same with a user agent. */
    public OptionalFields withUserAgent(JsonPointer pointer) {
        return new OptionalFields(id, Objects.requireNonNull(pointer), ip, item);
    }

    /** The same with an IP address. */
    public OptionalFields withIp(JsonPointer pointer) {
        return new OptionalFields(id, userAgent, Objects.requireNonNull(pointer), item);
    }

    /** The same with an item. */
    public OptionalFields withItem(JsonPointer pointer) {
        return new OptionalFields(id, userAgent, ip, Objects.requireNonNull(pointer));
    }

    /** The same with the item that a mapping names, if items are ranked. */
    OptionalFields withItemFor(Optional<TrendingConfig> trending, FormatConfig format) {
        boolean items = trending.isPresent() && trending.get().field() == TrendingConfig.Field.ITEM;
        return items ? format.mapping().item().map(this::withItem).orElse(this) : this;
    }

    public boolean isEmpty() {
        return id == null && userAgent == null && ip == null && item == null;
    }

    /** What tells a click from all others of its user: a number or a string. */
    public Optional<JsonPointer> id() {
        return Optional.ofNullable(id);
    }

    /** What the browser calls itself: a string. */
    public Optional<JsonPointer> userAgent() {
        return Optional.ofNullable(userAgent);
    }

    /** Where the click came from: a string. */
    public Optional<JsonPointer> ip() {
        return Optional.ofNullable(ip);
    }

    /** What was looked at or bought: a number or a string. Of JSON records only. */
    public Optional<JsonPointer> item() {
        return Optional.ofNullable(item);
    }
}

package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;

/**
 * Where records have what no aggregate needs, but a filter that is on. Of Avro records a pointer
 * names a field of the record itself. What is not here is not read.
 */
public final class OptionalFields implements Serializable {

    /** No filter is on. */
    public static final OptionalFields NONE = new OptionalFields(null, null, null);

    private static final long serialVersionUID = 1L;

    @Nullable private final JsonPointer id;
    @Nullable private final JsonPointer userAgent;
    @Nullable private final JsonPointer ip;

    private OptionalFields(
            @Nullable JsonPointer id, @Nullable JsonPointer userAgent, @Nullable JsonPointer ip) {
        this.id = id;
        this.userAgent = userAgent;
        this.ip = ip;
    }

    /** The same with a click's id. */
    public OptionalFields withId(JsonPointer pointer) {
        return new OptionalFields(Objects.requireNonNull(pointer), userAgent, ip);
    }

    /** The same with a user agent. */
    public OptionalFields withUserAgent(JsonPointer pointer) {
        return new OptionalFields(id, Objects.requireNonNull(pointer), ip);
    }

    /** The same with an IP address. */
    public OptionalFields withIp(JsonPointer pointer) {
        return new OptionalFields(id, userAgent, Objects.requireNonNull(pointer));
    }

    public boolean isEmpty() {
        return id == null && userAgent == null && ip == null;
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
}

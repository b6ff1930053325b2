package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.trend.TrendField;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;

/**
 * Fields that no aggregate needs, but a configured filter, ranking, or recommender does. For Avro
 * records, a pointer names a field of the record itself. Fields that are not listed here are not
 * read.
 */
public final class OptionalFields implements Serializable {

    /** No optional fields. */
    public static final OptionalFields NONE = new OptionalFields(null, null, null, null, Map.of());

    private static final long serialVersionUID = 1L;

    @Nullable private final JsonPointer id;
    @Nullable private final JsonPointer userAgent;
    @Nullable private final JsonPointer ip;
    @Nullable private final JsonPointer item;
    private final Map<InteractionField, JsonPointer> ofInteraction;

    private OptionalFields(
            @Nullable JsonPointer id,
            @Nullable JsonPointer userAgent,
            @Nullable JsonPointer ip,
            @Nullable JsonPointer item,
            Map<InteractionField, JsonPointer> ofInteraction) {
        this.id = id;
        this.userAgent = userAgent;
        this.ip = ip;
        this.item = item;
        this.ofInteraction = Map.copyOf(ofInteraction);
    }

    /** The same fields with a click's id. */
    public OptionalFields withId(JsonPointer pointer) {
        return new OptionalFields(
                Objects.requireNonNull(pointer), userAgent, ip, item, ofInteraction);
    }

    /** The same fields with a user agent. */
    public OptionalFields withUserAgent(JsonPointer pointer) {
        return new OptionalFields(id, Objects.requireNonNull(pointer), ip, item, ofInteraction);
    }

    /** The same fields with an IP address. */
    public OptionalFields withIp(JsonPointer pointer) {
        return new OptionalFields(
                id, userAgent, Objects.requireNonNull(pointer), item, ofInteraction);
    }

    /** The same fields with an item. */
    public OptionalFields withItem(JsonPointer pointer) {
        return new OptionalFields(
                id, userAgent, ip, Objects.requireNonNull(pointer), ofInteraction);
    }

    /** The same fields with the mapping's item, if items are ranked. */
    OptionalFields withItemFor(Optional<TrendingConfig> trending, FormatConfig format) {
        boolean items = trending.isPresent() && trending.get().field() == TrendField.ITEM;
        return items ? format.mapping().item().map(this::withItem).orElse(this) : this;
    }

    /** The same fields with those of interactions, if there are any. */
    OptionalFields withInteractions(Optional<PersonalizeConfig> personalize) {
        return personalize.isPresent()
                ? new OptionalFields(id, userAgent, ip, item, personalize.get().fields())
                : this;
    }

    public boolean isEmpty() {
        return id == null
                && userAgent == null
                && ip == null
                && item == null
                && ofInteraction.isEmpty();
    }

    /** All fields by the keys that configure them. */
    public Map<String, List<JsonPointer>> fields() {
        Map<String, List<JsonPointer>> fields = new LinkedHashMap<>();
        put(fields, FilterConfig.DUPLICATE_ID.toString(), id);
        put(fields, FilterConfig.BOT_USER_AGENT.toString(), userAgent);
        put(fields, FilterConfig.BOT_IP.toString(), ip);
        put(fields, JsonMapping.ITEM.toString(), item);
        ofInteraction.forEach(
                (field, pointer) ->
                        put(
                                fields,
                                PersonalizeConfig.GROUP + " / " + Parsers.label(field),
                                pointer));
        return fields;
    }

    private static void put(
            Map<String, List<JsonPointer>> fields, String key, @Nullable JsonPointer pointer) {
        if (pointer != null) {
            fields.put(key, List.of(pointer));
        }
    }

    /** The fields that only interactions need; empty if there are no interactions. */
    public Map<InteractionField, JsonPointer> ofInteraction() {
        return ofInteraction;
    }

    /** A value that identifies a click among those of its user: a number or a string. */
    public Optional<JsonPointer> id() {
        return Optional.ofNullable(id);
    }

    /** The user agent of the browser: a string. */
    public Optional<JsonPointer> userAgent() {
        return Optional.ofNullable(userAgent);
    }

    /** The address from which the click came: a string. */
    public Optional<JsonPointer> ip() {
        return Optional.ofNullable(ip);
    }

    /** The item that was viewed or bought: a number or a string. Only in JSON records. */
    public Optional<JsonPointer> item() {
        return Optional.ofNullable(item);
    }
}

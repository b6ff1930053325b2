package io.clickstream.config;

import io.clickstream.event.CarriedText;
import java.util.Arrays;
import javax.annotation.Nullable;

/**
 * Fields of a click that only some configurations need. Each one is declared here: its kind decides
 * how all decoders read it. Then some configuration must ask for it, see {@link NeedsFields}.
 */
public enum ClickField {
    /** A value that identifies a click among those of its user. */
    ID(Kind.ID, FilterConfig.DUPLICATE_ID, CarriedText.ID),
    /** The id of the browser or device. */
    ANONYMOUS_USER(Kind.ID, IdentityConfig.ANONYMOUS),
    /** The user agent of the browser. */
    USER_AGENT(Kind.COMMON_TEXT, FilterConfig.BOT_USER_AGENT),
    /** The address from which the click came. */
    IP(Kind.TEXT, FilterConfig.BOT_IP),
    /** The item that was viewed or bought. Only in JSON records. */
    ITEM(Kind.NAME, JsonMapping.ITEM, CarriedText.ITEM),
    /** What the item costs. Only in JSON records. */
    VALUE(Kind.NUMBER, JsonMapping.VALUE, CarriedText.VALUE),

    /** The item of an interaction: a number or a string. */
    INTERACTION_ITEM(Kind.OF_INTERACTION, PersonalizeConfig.ITEM),
    /** The sender's session id: a number or a string. */
    SESSION_ID(Kind.OF_INTERACTION, PersonalizeConfig.SESSION_ID),
    /** A value that identifies the interaction: a number or a string. */
    EVENT_ID(Kind.OF_INTERACTION, PersonalizeConfig.EVENT_ID),
    /** A number, such as a price or a watching time. */
    EVENT_VALUE(Kind.OF_INTERACTION, PersonalizeConfig.EVENT_VALUE),
    /** A JSON object, or a string that contains one. */
    PROPERTIES(Kind.OF_INTERACTION, PersonalizeConfig.PROPERTIES),
    /** The items that were shown with it: a JSON array, or a string that contains one. */
    IMPRESSION(Kind.OF_INTERACTION, PersonalizeConfig.IMPRESSION),
    /** The recommendation that contained the item: a string. */
    RECOMMENDATION_ID(Kind.OF_INTERACTION, PersonalizeConfig.RECOMMENDATION_ID),
    /** The place where the item was shown, for metric attribution: a string. */
    ATTRIBUTION_SOURCE(Kind.OF_INTERACTION, PersonalizeConfig.ATTRIBUTION_SOURCE);

    /** The values that a field can have, and what becomes of them. */
    public enum Kind {
        /** A number or a string, which differ: the number 7 is not the string "7". */
        ID,
        /** A number or a string of a limited length. */
        NAME,
        /** A string. */
        TEXT,
        /** A string, which many clicks share. */
        COMMON_TEXT,
        /** A number of at most 100 characters. Any other value is as if there were none. */
        NUMBER,
        /** Any value: a text, a number's literal, or JSON. */
        OF_INTERACTION
    }

    private final Kind kind;

    @SuppressWarnings("ImmutableEnumChecker") // A key never changes.
    private final Key<?> key;

    @Nullable private final CarriedText carried;

    ClickField(Kind kind, Key<?> key) {
        this(kind, key, null);
    }

    ClickField(Kind kind, Key<?> key, @Nullable CarriedText carried) {
        this.kind = kind;
        this.key = key;
        this.carried = carried;
    }

    /** The field that a key configures. */
    static ClickField of(Key<?> key) {
        return Arrays.stream(values())
                .filter(field -> field.key().equals(key.toString()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no field has the key " + key));
    }

    /** The text of a click that the field becomes; null if it is only for other purposes. */
    @Nullable
    public CarriedText carried() {
        return carried;
    }

    /** How the field is read. */
    public Kind kind() {
        return kind;
    }

    /** The key that configures the field, with its group. */
    String key() {
        return key.toString();
    }

    /** The key that configures the field. */
    Key<?> configuredBy() {
        return key;
    }
}

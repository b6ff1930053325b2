package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;

/** Where clicks have the id of a visitor who may be known under another id later. */
public final class IdentityConfig implements NeedsFields {

    static final String GROUP = "identity";

    static final Key<JsonPointer> ANONYMOUS =
            Key.of(
                    GROUP,
                    "anonymous",
                    Parsers::pointer,
                    Parsers.POINTER,
                    "/anonymousId",
                    "The id of the browser or device: a number or a string. With this group, clicks"
                            + " with the same id are of the same visitor, and a session has the"
                            + " user of its latest click with one. A click needs only one of the"
                            + " two ids.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, ANONYMOUS);

    private final JsonPointer anonymous;

    private IdentityConfig(PropertyReader reader, FormatConfig format) {
        anonymous = reader.get(ANONYMOUS);
        if (format.type() == FormatConfig.Type.JSON
                && anonymous != null
                && format.mapping().users().contains(anonymous)) {
            reader.error(
                    ANONYMOUS,
                    "is '"
                            + anonymous
                            + "', which `"
                            + JsonMapping.USER
                            + "` has, too; leave it only here");
        }
    }

    static IdentityConfig read(PropertyReader reader, FormatConfig format) {
        return new IdentityConfig(reader, format);
    }

    @Override
    public OptionalFields addTo(OptionalFields fields) {
        return anonymous == null ? fields : fields.with(ClickField.ANONYMOUS_USER, anonymous);
    }
}

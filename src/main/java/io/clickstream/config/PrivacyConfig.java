package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happens to IP addresses before a record leaves the job. */
public final class PrivacyConfig {

    /** What replaces an address. */
    public enum Mode {
        /** The network: the first 24 bits of IPv4, the first 48 of IPv6. */
        TRUNCATE,
        /** A keyed hash. */
        HASH
    }

    static final String GROUP = "privacy";

    static final Key<List<JsonPointer>> IP =
            Key.of(
                    GROUP,
                    "ip",
                    Parsers::pointers,
                    "JSON pointers separated by commas",
                    "/ip",
                    "Where records have IP addresses. With this group, all sinks"
                            + " receive these addresses truncated or hashed.");

    static final Key<PrivacyConfig.Mode> MODE =
            Key.of(
                    GROUP,
                    "mode",
                    Parsers.oneOf(Mode.class),
                    Parsers.labels(Mode.class),
                    "truncate",
                    "Truncated, `66.249.1.133` becomes `66.249.1.0`, and an IPv6"
                            + " address keeps its first 48 bits. Hashed, an address becomes 32"
                            + " hexadecimal digits.");

    static final Key<String> SALT =
            Key.of(
                            GROUP,
                            "salt",
                            Parsers::text,
                            Secrets.ALLOWED + ", of 16 characters or more",
                            "The secret that is mixed into the hash of an address. Required if"
                                    + " `mode` is `hash`. Anyone who knows the salt can recover the"
                                    + " addresses.")
                    .asSecret();

    static final KeyGroup KEYS = KeyGroup.of(GROUP, IP, MODE, SALT);

    private static final int MIN_SALT_LENGTH = 16;

    private final List<JsonPointer> fields;
    private final Mode mode;
    private final String salt;

    private PrivacyConfig(PropertyReader reader, FormatConfig format) {
        List<JsonPointer> pointers = reader.get(IP);
        fields = pointers == null ? List.of() : pointers;
        mode = reader.get(MODE);
        salt = mode == Mode.HASH ? reader.get(SALT) : "";
        if (mode == Mode.TRUNCATE && reader.has(SALT)) {
            reader.error(
                    SALT,
                    "has no effect without `" + MODE + "` = `hash`; set that, or remove this key");
        }
        if (mode == Mode.HASH && salt != null && salt.length() < MIN_SALT_LENGTH) {
            reader.error(
                    SALT,
                    "has fewer than "
                            + MIN_SALT_LENGTH
                            + " characters; a short salt does not protect against trying all"
                            + " addresses");
        }
        refuseFieldsOfResults(reader, format);
    }

    static PrivacyConfig read(PropertyReader reader, FormatConfig format) {
        return new PrivacyConfig(reader, format);
    }

    /** Reports addresses that are a part of results, because results must stay unchanged. */
    private void refuseFieldsOfResults(PropertyReader reader, FormatConfig format) {
        JsonMapping mapping = format.mapping();
        Map<Key<?>, List<JsonPointer>> ofResults = new LinkedHashMap<>();
        ofResults.put(JsonMapping.USER, mapping.users());
        ofResults.put(JsonMapping.TIME, List.of(mapping.time()));
        ofResults.put(JsonMapping.EVENT_TYPE, mapping.eventType().map(List::of).orElse(List.of()));
        ofResults.put(JsonMapping.DEPARTMENT, mapping.departments());
        ofResults.put(JsonMapping.ITEM, mapping.item().map(List::of).orElse(List.of()));
        ofResults.put(JsonMapping.VALUE, mapping.value().map(List::of).orElse(List.of()));
        ofResults.forEach(
                (key, pointers) ->
                        pointers.forEach(used -> refuseFieldOfResults(reader, key, used)));
    }

    private void refuseFieldOfResults(PropertyReader reader, Key<?> key, JsonPointer used) {
        for (JsonPointer ip : fields) {
            if ((used + "/").startsWith(ip + "/")) {
                reader.error(
                        IP,
                        "has '"
                                + ip
                                + "', which contains the value of `"
                                + key
                                + "`, '"
                                + used
                                + "', which the job needs and writes unchanged; remove one of"
                                + " them");
            }
        }
    }

    /** The pointers of addresses in records. */
    public List<JsonPointer> fields() {
        return fields;
    }

    public Mode mode() {
        return mode;
    }

    /** The key of the hash; empty if addresses are truncated. */
    public String salt() {
        return salt;
    }
}

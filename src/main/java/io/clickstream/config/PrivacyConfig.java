package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What becomes of IP addresses before a record leaves the job. */
public final class PrivacyConfig {

    /** What takes an address's place. */
    public enum Mode {
        /** The network: the first 24 bits of IPv4, the first 48 of IPv6. */
        TRUNCATE,
        /** A keyed hash. */
        HASH
    }

    private static final int MIN_SALT_LENGTH = 16;

    private final List<JsonPointer> fields;
    private final Mode mode;
    private final String salt;

    private PrivacyConfig(PropertyReader reader, FormatConfig format) {
        List<JsonPointer> pointers = reader.get(ConfigKeys.PRIVACY_IP);
        fields = pointers == null ? List.of() : pointers;
        mode = reader.get(ConfigKeys.PRIVACY_MODE);
        salt = mode == Mode.HASH ? reader.get(ConfigKeys.PRIVACY_SALT) : "";
        if (mode == Mode.TRUNCATE && reader.has(ConfigKeys.PRIVACY_SALT)) {
            reader.error(
                    ConfigKeys.PRIVACY_SALT,
                    "is of no use without `" + ConfigKeys.PRIVACY_MODE + "` = `hash`");
        }
        if (mode == Mode.HASH && salt != null && salt.length() < MIN_SALT_LENGTH) {
            reader.error(
                    ConfigKeys.PRIVACY_SALT,
                    "has fewer than "
                            + MIN_SALT_LENGTH
                            + " characters; all addresses can be tried with a short one");
        }
        refuseFieldsOfResults(reader, format);
    }

    static PrivacyConfig read(PropertyReader reader, FormatConfig format) {
        return new PrivacyConfig(reader, format);
    }

    /** What is a part of results leaves the job as it is. */
    private void refuseFieldsOfResults(PropertyReader reader, FormatConfig format) {
        JsonMapping mapping = format.mapping();
        Map<Key<?>, List<JsonPointer>> ofResults = new LinkedHashMap<>();
        ofResults.put(ConfigKeys.FORMAT_USER, mapping.users());
        ofResults.put(ConfigKeys.FORMAT_TIME, List.of(mapping.time()));
        ofResults.put(
                ConfigKeys.FORMAT_EVENT_TYPE, mapping.eventType().map(List::of).orElse(List.of()));
        ofResults.put(ConfigKeys.FORMAT_DEPARTMENT, mapping.departments());
        ofResults.put(ConfigKeys.FORMAT_ITEM, mapping.item().map(List::of).orElse(List.of()));
        ofResults.forEach(
                (key, pointers) ->
                        pointers.forEach(used -> refuseFieldOfResults(reader, key, used)));
    }

    private void refuseFieldOfResults(PropertyReader reader, Key<?> key, JsonPointer used) {
        for (JsonPointer ip : fields) {
            if ((used + "/").startsWith(ip + "/")) {
                reader.error(
                        ConfigKeys.PRIVACY_IP,
                        "has '"
                                + ip
                                + "', which holds the value of `"
                                + key
                                + "`, '"
                                + used
                                + "', as the job needs and writes it; take one of them out");
            }
        }
    }

    /** Where records have addresses. */
    public List<JsonPointer> fields() {
        return fields;
    }

    public Mode mode() {
        return mode;
    }

    /** The key of the hash; empty where addresses are truncated. */
    public String salt() {
        return salt;
    }
}

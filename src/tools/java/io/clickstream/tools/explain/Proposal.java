package io.clickstream.tools.explain;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A mapping with a reason for each choice, and what it lacks. */
final class Proposal {

    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> reasons = new LinkedHashMap<>();
    private final Map<String, Set<String>> notes = new LinkedHashMap<>();
    private final Map<Role, List<Candidate>> missing = new EnumMap<>(Role.class);

    /** Sets a key of the group {@code format}. */
    void set(String key, String value, String reason) {
        properties.put(key, value);
        reasons.put(key, reason);
    }

    /**
     * Adds something that the user should know.
     *
     * @param sentence what to know
     * @param keys whoever sets one of these keys has made that choice
     */
    void note(String sentence, String... keys) {
        notes.put(sentence, Set.of(keys));
    }

    /** Reports that there is no field for a role. */
    void miss(Role role, List<Candidate> near) {
        missing.put(role, List.copyOf(near));
    }

    /**
     * The keys of the group {@code format} with their values, in the order of the documentation.
     */
    Map<String, String> properties() {
        return Collections.unmodifiableMap(properties);
    }

    /** Why each key has its value. */
    Map<String, String> reasons() {
        return Collections.unmodifiableMap(reasons);
    }

    List<String> notes() {
        return notes(Set.of());
    }

    /** The notes for a user who has set these keys. */
    List<String> notes(Set<String> given) {
        return notes.entrySet().stream()
                .filter(note -> Collections.disjoint(note.getValue(), given))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What clicks need and no field has, with the fields that come near. */
    Map<Role, List<Candidate>> missing() {
        return Collections.unmodifiableMap(missing);
    }
}

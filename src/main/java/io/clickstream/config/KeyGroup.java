package io.clickstream.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.annotation.Nullable;

/**
 * A property group: its keys in the order of the table of settings, and the prefix of keys that are
 * passed to a client unchanged. The class that reads a group declares it.
 */
final class KeyGroup {

    private final String name;
    private final List<Key<?>> keys;
    @Nullable private final String passedPrefix;

    /** Keys of earlier releases, and why they are gone. */
    private final Map<String, String> removed;

    private KeyGroup(
            String name,
            List<Key<?>> keys,
            @Nullable String passedPrefix,
            Map<String, String> removed) {
        this.name = name;
        this.keys = keys;
        this.passedPrefix = passedPrefix;
        this.removed = removed;
    }

    static KeyGroup of(String name, Key<?>... keys) {
        return new KeyGroup(name, List.of(keys), null, Map.of());
    }

    /** The same group with additional keys after the others. */
    KeyGroup and(Key<?>... more) {
        return and(List.of(more));
    }

    /** The same group with additional keys after the others. */
    KeyGroup and(Collection<? extends Key<?>> more) {
        List<Key<?>> all = new ArrayList<>(keys);
        all.addAll(more);
        return new KeyGroup(name, List.copyOf(all), passedPrefix, removed);
    }

    /** The same group, which also passes all keys with a prefix to a client. */
    KeyGroup passing(String prefix) {
        return new KeyGroup(name, keys, prefix, removed);
    }

    /**
     * The same group, which names keys of earlier releases.
     *
     * @param why why each key is gone, by its name
     */
    KeyGroup without(Map<String, String> why) {
        return new KeyGroup(name, keys, passedPrefix, Map.copyOf(why));
    }

    String name() {
        return name;
    }

    List<Key<?>> keys() {
        return keys;
    }

    /** The prefix of keys that are passed to a client; empty if there are none. */
    Optional<String> passedPrefix() {
        return Optional.ofNullable(passedPrefix);
    }

    /** Why a key of earlier releases is gone; empty if no release had this key. */
    Optional<String> whyRemoved(String key) {
        return Optional.ofNullable(removed.get(key));
    }

    boolean passes(String key) {
        return passedPrefix != null && key.startsWith(passedPrefix);
    }
}

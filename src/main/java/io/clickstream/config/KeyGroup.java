package io.clickstream.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.annotation.Nullable;

/**
 * A property group: its keys in the order of the README's table, and which other keys it hands to a
 * client as they are. The class that reads a group declares it.
 */
final class KeyGroup {

    private final String name;
    private final List<Key<?>> keys;
    @Nullable private final String passedPrefix;

    private KeyGroup(String name, List<Key<?>> keys, @Nullable String passedPrefix) {
        this.name = name;
        this.keys = keys;
        this.passedPrefix = passedPrefix;
    }

    static KeyGroup of(String name, Key<?>... keys) {
        return new KeyGroup(name, List.of(keys), null);
    }

    /** The same group with more keys behind the others. */
    KeyGroup and(Key<?>... more) {
        return and(List.of(more));
    }

    /** The same group with more keys behind the others. */
    KeyGroup and(Collection<? extends Key<?>> more) {
        List<Key<?>> all = new ArrayList<>(keys);
        all.addAll(more);
        return new KeyGroup(name, List.copyOf(all), passedPrefix);
    }

    /** The same group; it also hands all keys that begin with a prefix to a client. */
    KeyGroup passing(String prefix) {
        return new KeyGroup(name, keys, prefix);
    }

    String name() {
        return name;
    }

    List<Key<?>> keys() {
        return keys;
    }

    /** What keys that are handed to a client begin with; empty if the group hands on none. */
    Optional<String> passedPrefix() {
        return Optional.ofNullable(passedPrefix);
    }

    boolean passes(String key) {
        return passedPrefix != null && key.startsWith(passedPrefix);
    }
}

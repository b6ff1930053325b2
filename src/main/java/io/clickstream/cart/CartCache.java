package io.clickstream.cart;

import io.clickstream.event.UserId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.annotation.Nullable;
import org.apache.flink.api.common.state.ValueState;

/**
 * The carts that were changed last, in front of keyed state. A cart that many clicks change is read
 * and written once, and not with each of them. A changed cart is written to keyed state before it
 * leaves the cache, and before each snapshot.
 *
 * <p>For one thread. The state always belongs to the current key, which the caller sets.
 */
final class CartCache {

    /** How much memory the carts may take, in bytes: about 40,000 carts with a few items each. */
    static final long MAX_BYTES = 32L << 20;

    /** One cart. */
    private static final class Entry {
        private final UserCart cart;
        private boolean isStored;
        private boolean isChanged;
        private long bytes;

        Entry(UserCart cart, boolean isStored) {
            this.cart = cart;
            this.isStored = isStored;
        }
    }

    private final ValueState<StoredCart> state;
    private final Consumer<UserId> currentKey;
    private final long maxBytes;

    /** The cart that was used least recently comes first. */
    private final LinkedHashMap<UserId, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    /**
     * An empty cache.
     *
     * @param state holds the cart of the current key
     * @param currentKey sets the current key
     * @param maxBytes how much memory carts may take by {@link UserCart#bytes()}; 0 keeps none, so
     *     that no key but the caller's is ever set
     */
    CartCache(ValueState<StoredCart> state, Consumer<UserId> currentKey, long maxBytes) {
        this.state = state;
        this.currentKey = currentKey;
        this.maxBytes = maxBytes;
    }

    /**
     * The cart of the current key.
     *
     * @param user the current key
     * @return null if there is none
     */
    @Nullable
    UserCart get(UserId user) throws IOException {
        Entry entry = entries.get(user);
        if (entry != null) {
            return entry.cart;
        }
        StoredCart stored = state.value();
        if (stored == null) {
            return null;
        }
        entry = new Entry(CartCodec.read(stored), true);
        entries.put(user, entry);
        return entry.cart;
    }

    /**
     * Notes that the cart of the current key has changed. May set another key.
     *
     * @param user the current key
     */
    void put(UserId user, UserCart cart) throws IOException {
        Entry entry = entries.get(user);
        if (entry == null) {
            entry = new Entry(cart, false);
            entries.put(user, entry);
        }
        entry.isChanged = true;
        bytes -= entry.bytes;
        entry.bytes = cart.bytes();
        bytes += entry.bytes;
        while (bytes > maxBytes) {
            Map.Entry<UserId, Entry> eldest = entries.entrySet().iterator().next();
            if (maxBytes > 0) {
                currentKey.accept(eldest.getKey());
            }
            write(eldest.getValue());
            bytes -= eldest.getValue().bytes;
            entries.remove(eldest.getKey());
        }
    }

    /**
     * Forgets the cart of the current key.
     *
     * @param user the current key
     */
    void remove(UserId user) {
        Entry entry = entries.remove(user);
        if (entry != null) {
            bytes -= entry.bytes;
            if (entry.isStored) {
                state.clear();
            }
        }
    }

    /** Writes all changed carts to keyed state. Sets other keys. */
    void flush() {
        entries.forEach(
                (user, entry) -> {
                    if (entry.isChanged) {
                        currentKey.accept(user);
                        try {
                            write(entry);
                        } catch (IOException e) {
                            throw new UncheckedIOException(
                                    "The cart of user " + user + " can't be written", e);
                        }
                    }
                });
    }

    private void write(Entry entry) throws IOException {
        if (entry.isChanged) {
            state.update(CartCodec.store(entry.cart));
            entry.isChanged = false;
            entry.isStored = true;
        }
    }
}

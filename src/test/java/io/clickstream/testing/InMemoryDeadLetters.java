package io.clickstream.testing;

import io.clickstream.event.DeadLetter;
import io.clickstream.sink.DeadLetterOutlet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Letters that were flushed, found again by name, since the outlet itself is copied to the tasks.
 */
public final class InMemoryDeadLetters implements DeadLetterOutlet {

    private static final long serialVersionUID = 1L;
    private static final Map<String, List<DeadLetter>> STORED = new ConcurrentHashMap<>();

    private final String name = UUID.randomUUID().toString();

    public InMemoryDeadLetters() {
        STORED.put(name, new CopyOnWriteArrayList<>());
    }

    /** All letters that were flushed so far. */
    public List<DeadLetter> stored() {
        return List.copyOf(STORED.get(name));
    }

    @Override
    public Writer open() {
        List<DeadLetter> pending = new ArrayList<>();
        return new Writer() {
            @Override
            public void write(DeadLetter letter) {
                pending.add(letter);
            }

            @Override
            public void flush() {
                STORED.get(name).addAll(pending);
                pending.clear();
            }

            @Override
            public void close() {}
        };
    }
}

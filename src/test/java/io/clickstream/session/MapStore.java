package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Maps in place of keyed state. */
final class MapStore implements SessionStore {

    private final Map<UserId, byte[]> stored = new HashMap<>();
    private final Map<UserId, List<byte[]>> parts = new HashMap<>();
    private final TreeMap<Long, List<UserId>> timers = new TreeMap<>();

    private Runnable onWrite = () -> {};

    /** Bytes that were read and written. */
    private long traffic;

    /** Calls this with each user who comes here. */
    void onWrite(Runnable then) {
        onWrite = then;
    }

    @Override
    public void write(UserId user, byte[] sessions) {
        onWrite.run();
        traffic += sessions.length;
        assertThat(stored.put(user, sessions)).isNull();
    }

    @Override
    public byte[] read(UserId user) {
        byte[] sessions = stored.get(user);
        traffic += sessions == null ? 0 : sessions.length;
        return sessions;
    }

    @Override
    public void remove(UserId user) {
        stored.remove(user);
    }

    @Override
    public void addPart(UserId user, byte[] sessions) {
        traffic += sessions.length;
        assertThat(stored).containsKey(user);
        parts.computeIfAbsent(user, each -> new ArrayList<>()).add(sessions);
    }

    @Override
    public List<byte[]> readParts(UserId user) {
        List<byte[]> sessions = parts.getOrDefault(user, List.of());
        sessions.forEach(part -> traffic += part.length);
        return sessions;
    }

    @Override
    public void removeParts(UserId user) {
        parts.remove(user);
    }

    @Override
    public void setTimer(UserId user, long lastMillisecond) {
        timers.computeIfAbsent(lastMillisecond, time -> new ArrayList<>()).add(user);
    }

    /** Wakes everybody who is to be, then advances the engine. */
    void advance(SessionEngine engine, long watermark) {
        while (!timers.isEmpty() && timers.firstKey() <= watermark) {
            timers.pollFirstEntry().getValue().forEach(user -> engine.onTimer(user, watermark));
        }
        engine.advance(watermark);
    }

    /** Takes up after a restart all who are here. */
    void restore(SessionEngine engine) {
        List.copyOf(stored.keySet()).forEach(engine::restoreSpilled);
        List.copyOf(parts.keySet()).forEach(engine::restoreParts);
    }

    /** How many users are here. */
    int size() {
        return stored.size();
    }

    /** Of how many users there is more than one part. */
    int usersWithParts() {
        return parts.size();
    }

    /** Bytes of a user. */
    long bytes(UserId user) {
        return stored.getOrDefault(user, new byte[0]).length
                + parts.getOrDefault(user, List.of()).stream().mapToLong(p -> p.length).sum();
    }

    long traffic() {
        return traffic;
    }
}

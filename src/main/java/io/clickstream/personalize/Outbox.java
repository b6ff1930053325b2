package io.clickstream.personalize;

import io.clickstream.event.Interaction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.DoubleSupplier;
import javax.annotation.Nullable;

/**
 * The interactions that Personalize has not confirmed, in lanes: one per user and session. A lane
 * has only one call at a time, with its 1 to 10 oldest interactions. The next call waits until that
 * one has succeeded, so the order within a session is kept through all retries. After a failed
 * call, the lane waits, longer each time, with jitter; other lanes continue. If there have been
 * only failures for a while, there is one call at a time until one succeeds.
 *
 * <p>Not thread-safe. Times are in ms of a monotonic clock.
 */
final class Outbox {

    /** The maximum number of events of {@code PutEvents}. */
    static final int MAX_EVENTS = 10;

    /** The number of held interactions at which the sink blocks its input, or spills. */
    static final int MAX_HELD = 10_000;

    private static final long NEVER = Long.MAX_VALUE;
    private static final long FIRST_WAIT = 200;
    private static final long LONGEST_WAIT = 10_000;

    /**
     * An outage is assumed after this many failures in a row, if there has been no success for
     * {@code TIME_OF_AN_OUTAGE}. A service that only throttles accepts some calls meanwhile.
     */
    private static final int FAILURES_OF_AN_OUTAGE = 3;

    private static final long TIME_OF_AN_OUTAGE = 1_000;

    /** The time of only failures after which a full outbox is spilled, in ms. */
    private static final long SPILL_FULL_AFTER = 1_000;

    /** The time between two files of a long outage, in ms, unless the outbox is full before. */
    private static final long SPILL_PERIOD = 10_000;

    /** The pause after a file that could not be written, in ms. */
    private static final long SPILL_PAUSE = 5_000;

    /** Notified when all interactions of a batch have left. */
    interface Receipt {
        void allDelivered();
    }

    /** A batch of interactions that arrived together and leave one by one. */
    private static final class Batch {
        private final Receipt receipt;
        private int open;

        private Batch(Receipt receipt, int open) {
            this.receipt = receipt;
            this.open = open;
        }
    }

    private static final class Entry {
        private final Interaction interaction;
        private final Batch batch;

        private Entry(Interaction interaction, Batch batch) {
            this.interaction = interaction;
            this.batch = batch;
        }
    }

    /** The interactions of a user and session, in order. */
    private static final class Lane {
        private final String key;
        private final Deque<Entry> entries = new ArrayDeque<>();
        private int failures;
        private long notBefore;
        private boolean queued;

        /**
         * The number of interactions that are still sent one by one, after a call was refused
         * entirely.
         */
        private int singles;

        @Nullable private Call underWay;

        /** Whether its oldest interactions are being spilled; they may come back. */
        private boolean spilling;

        private Lane(String key) {
            this.key = key;
        }
    }

    /** The content of one call. */
    static final class Call {
        private final Lane lane;
        private final List<Entry> entries;
        private final boolean retry;

        private Call(Lane lane, List<Entry> entries, boolean retry) {
            this.lane = lane;
            this.entries = entries;
            this.retry = retry;
        }

        /** The interactions of one user and session, in order. */
        List<Interaction> interactions() {
            return Outbox.interactions(entries);
        }

        /** Whether a previous call with the first of these interactions has failed. */
        boolean isRetry() {
            return retry;
        }
    }

    /** Interactions on their way to a place other than Personalize. */
    static final class Parcel {
        private final List<Entry> entries;

        /** The spilled interactions by lane. The lanes wait until the spill has ended. */
        private final Map<Lane, List<Entry>> byLane;

        private Parcel(List<Entry> entries, Map<Lane, List<Entry>> byLane) {
            this.entries = entries;
            this.byLane = byLane;
        }

        List<Interaction> interactions() {
            return Outbox.interactions(entries);
        }
    }

    private final long spillAfter;
    private final DoubleSupplier random;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private final PriorityQueue<Lane> waiting =
            new PriorityQueue<>(Comparator.comparingLong((Lane lane) -> lane.notBefore));
    private final List<Parcel> parcels = new ArrayList<>();
    private int held;
    private int underWay;
    private int lanesInSpills;
    private int failuresInARow;
    private long failingSince = NEVER;
    private long nextProbe = Long.MIN_VALUE;
    private long nextSpill = Long.MIN_VALUE;
    private long nextAttemptToSpill = Long.MIN_VALUE;

    /**
     * Creates an empty outbox.
     *
     * @param spillAfter the time of only failures after which interactions are spilled
     * @param random returns numbers from 0 to 1, for the jitter of waits
     */
    Outbox(Duration spillAfter, DoubleSupplier random) {
        this.spillAfter = spillAfter.toMillis();
        this.random = random;
    }

    /** Adds interactions after all others. */
    void add(List<Interaction> interactions, Receipt receipt) {
        Batch batch = new Batch(receipt, interactions.size());
        for (Interaction interaction : interactions) {
            Lane lane = lane(interaction);
            lane.entries.add(new Entry(interaction, batch));
            queue(lane);
        }
        held += interactions.size();
    }

    private Lane lane(Interaction interaction) {
        // What parts the two can be in neither of them twice the same way: the length is in front.
        String user = Objects.requireNonNullElse(interaction.user(), "");
        return lanes.computeIfAbsent(user.length() + ":" + user + interaction.session(), Lane::new);
    }

    private void queue(Lane lane) {
        if (!lane.queued && !lane.spilling && lane.underWay == null && !lane.entries.isEmpty()) {
            lane.queued = true;
            if (lane.notBefore == 0) {
                ready.add(lane);
            } else {
                waiting.add(lane);
            }
        }
    }

    /** The next call that may be made now; null if there is none. */
    @Nullable
    Call next(long now) {
        while (!waiting.isEmpty() && waiting.element().notBefore <= now) {
            ready.add(waiting.remove());
        }
        if (ready.isEmpty() || (isOutage(now) && (underWay > 0 || now < nextProbe))) {
            return null;
        }
        Lane lane = ready.remove();
        lane.queued = false;
        int count = lane.singles > 0 ? 1 : Math.min(MAX_EVENTS, lane.entries.size());
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(lane.entries.remove());
        }
        lane.underWay = new Call(lane, entries, lane.failures > 0);
        underWay++;
        return lane.underWay;
    }

    private boolean isOutage(long now) {
        return failuresInARow >= FAILURES_OF_AN_OUTAGE && now - failingSince >= TIME_OF_AN_OUTAGE;
    }

    /** Must be called when Personalize has accepted a call. */
    void delivered(Call call) {
        succeeded(call);
        release(call.entries);
        queueOrRemove(call.lane);
    }

    /** Notes that Personalize answers, whether it accepts the call or not. */
    private void succeeded(Call call) {
        underWay--;
        call.lane.underWay = null;
        call.lane.failures = 0;
        call.lane.notBefore = 0;
        call.lane.singles = Math.max(0, call.lane.singles - call.entries.size());
        failuresInARow = 0;
        failingSince = NEVER;
    }

    private void queueOrRemove(Lane lane) {
        if (lane.entries.isEmpty()) {
            lanes.remove(lane.key, lane);
        } else {
            queue(lane);
        }
    }

    /** Must be called when a call has failed and has to be repeated later. */
    void failed(Call call, long now) {
        Lane lane = call.lane;
        underWay--;
        lane.underWay = null;
        lane.failures++;
        lane.notBefore = now + pause(lane.failures);
        putBack(lane, call.entries);
        queue(lane);
        failuresInARow++;
        failingSince = Math.min(failingSince, now);
        if (isOutage(now)) {
            nextProbe = now + pause(failuresInARow - FAILURES_OF_AN_OUTAGE + 1);
        }
    }

    /**
     * Must be called when Personalize permanently refuses a call. It does not say which of several
     * interactions is invalid, so they are sent one by one. A single one is returned.
     *
     * @return the interaction, which stays here until {@link #stored}; null if there are several
     */
    @Nullable
    Parcel refused(Call call) {
        succeeded(call);
        Parcel parcel = null;
        if (call.entries.size() == 1) {
            parcel = new Parcel(call.entries, Map.of());
            parcels.add(parcel);
        } else {
            putBack(call.lane, call.entries);
            call.lane.singles = call.entries.size();
        }
        queueOrRemove(call.lane);
        return parcel;
    }

    /** Whether to spill instead of waiting for Personalize. */
    boolean shouldSpill(long now) {
        boolean allAreUnderWay = lanes.size() == underWay + lanesInSpills;
        if (failingSince == NEVER || allAreUnderWay || now < nextAttemptToSpill) {
            return false;
        }
        long failing = now - failingSince;
        return (failing >= spillAfter && now >= nextSpill)
                || (failing >= SPILL_FULL_AFTER && isFull());
    }

    /**
     * All interactions that are not in a call or waiting behind one in their lane. They stay here
     * until {@link #stored}.
     */
    Parcel takeToSpill(long now) {
        nextSpill = now + SPILL_PERIOD;
        List<Entry> taken = new ArrayList<>();
        Map<Lane, List<Entry>> byLane = new LinkedHashMap<>();
        for (Lane lane : lanes.values()) {
            if (lane.underWay == null && !lane.spilling) {
                byLane.put(lane, List.copyOf(lane.entries));
                taken.addAll(lane.entries);
                lane.entries.clear();
                lane.spilling = true;
                lane.queued = false;
            }
        }
        lanesInSpills += byLane.size();
        // Lanes that are queued have no call under way: all of them are taken.
        ready.clear();
        waiting.clear();
        Parcel parcel = new Parcel(taken, byLane);
        parcels.add(parcel);
        return parcel;
    }

    /** Must be called when a parcel is stored permanently. */
    void stored(Parcel parcel) {
        parcels.remove(parcel);
        parcel.byLane.keySet().forEach(this::spillHasEnded);
        release(parcel.entries);
        if (held == 0) {
            // What comes next gets its time anew.
            failingSince = NEVER;
        }
    }

    /** Must be called when a parcel could not be stored. It returns to the front of its lanes. */
    void notStored(Parcel parcel, long now) {
        nextAttemptToSpill = now + SPILL_PAUSE;
        parcels.remove(parcel);
        parcel.byLane.forEach(
                (lane, entries) -> {
                    putBack(lane, entries);
                    spillHasEnded(lane);
                });
    }

    private void spillHasEnded(Lane lane) {
        lane.spilling = false;
        lanesInSpills--;
        queueOrRemove(lane);
    }

    private static void putBack(Lane lane, List<Entry> entries) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            lane.entries.addFirst(entries.get(i));
        }
    }

    private void release(List<Entry> entries) {
        held -= entries.size();
        for (Entry entry : entries) {
            if (--entry.batch.open == 0) {
                entry.batch.receipt.allDelivered();
            }
        }
    }

    /**
     * The wait after a number of failures, in ms: at least half of the maximum wait, which doubles
     * with each failure.
     */
    private long pause(int failures) {
        long longest = Math.min(LONGEST_WAIT, FIRST_WAIT << Math.min(failures - 1, 16));
        return longest / 2 + (long) (random.getAsDouble() * (longest - longest / 2));
    }

    /** The number of interactions in the outbox. */
    int held() {
        return held;
    }

    boolean isFull() {
        return held >= MAX_HELD;
    }

    /** All interactions in the outbox, in order within a session. A checkpoint must keep them. */
    List<Interaction> all() {
        List<Interaction> all = new ArrayList<>(held);
        parcels.forEach(parcel -> all.addAll(parcel.interactions()));
        for (Lane lane : lanes.values()) {
            if (lane.underWay != null) {
                all.addAll(lane.underWay.interactions());
            }
            lane.entries.forEach(entry -> all.add(entry.interaction));
        }
        return all;
    }

    private static List<Interaction> interactions(List<Entry> entries) {
        List<Interaction> interactions = new ArrayList<>(entries.size());
        entries.forEach(entry -> interactions.add(entry.interaction));
        return interactions;
    }
}

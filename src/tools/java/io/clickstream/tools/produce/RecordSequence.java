package io.clickstream.tools.produce;

import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import javax.annotation.Nullable;

/**
 * The records of a run, one after another: the clicks of a shop's users as {@link ShopTraffic}
 * makes them, and what a {@link Mix} puts among them. The same seed, options and times give the
 * same records. For one thread.
 *
 * <p>Each record has a slot, and slots follow one another at the rate. A click that is held back,
 * or sent again, takes a later slot: so exactly one record goes in each slot, whatever the mix. A
 * click's event time is that of the slot in which it was made; the walks only say who does what in
 * which order.
 *
 * <p>Good clicks are in the ledger as soon as they are made. <b>Duplicates</b> are the same bytes
 * again within {@link #DUPLICATE_WITHIN}, and <b>bots</b> are not there at all: the job's filters
 * for both are taken to be on.
 *
 * <p><b>Late</b> clicks are from an hour to an hour and ten minutes older than the run. A job
 * refuses such a click as soon as its watermark is not older than the run by an hour, whatever the
 * partition or shard:
 *
 * <ul>
 *   <li>The watermark is the lowest of all partitions that are not idle. Each of them has had a
 *       click of this run (or of one before it), so that its watermark is older than the run by no
 *       more than {@code out-of-orderness}, which must be below an hour. A partition without clicks
 *       is idle after {@code idle-timeout}, and then no longer in the way.
 *   <li>So that this has come to pass, no click is late in the first {@link #LATE_FROM} of a run.
 *       The job must be running from its beginning, or at most 10 s after it, with an idle timeout
 *       of at most its default of 15 s, and must keep up: a job that reads an hour's backlog meets
 *       late clicks of one partition before it has read anything of another one, and takes them.
 *   <li>A late click could still join an open session. But a user's sessions are not older than the
 *       run, and the session gap must be below an hour; a late click opens none.
 * </ul>
 *
 * <p>A replay of files has no watermark and refuses none of them. There, late clicks count.
 */
public final class RecordSequence {

    /** From here on clicks may be late. */
    public static final Duration LATE_FROM = Duration.ofSeconds(30);

    /** A late click is older than the run by at least this. */
    static final Duration LATE_BY = Duration.ofHours(1);

    private static final Duration LATE_SPREAD = Duration.ofMinutes(10);

    /** A duplicate is sent at most this long after the click was made. */
    static final Duration DUPLICATE_WITHIN = Duration.ofSeconds(5);

    private static final double DISORDERED_SHARE = 0.05;

    /** How many clicks per second a bot makes, where the share of bots is enough for one. */
    private static final int BOT_RATE = 20;

    private static final long LEDGER_PERIOD_MILLIS = 5_000;

    /** A record that the job can't use. */
    public enum Rejected {
        /** A click of a time that is long past; not in the first {@link #LATE_FROM} of a run. */
        LATE,
        /** Only the first half of a record. */
        MALFORMED,
        /** A click of a time to come. */
        FUTURE
    }

    /** What kinds of records there are. */
    enum Kind {
        CLICK("good clicks"),
        DUPLICATE("duplicates"),
        LATE("late"),
        MALFORMED("malformed"),
        BOT("of bots");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** For a count in front of it. */
        String label() {
            return label;
        }
    }

    /**
     * What to make.
     *
     * @param rate records per second, above 0
     * @param users how many there are
     * @param start event time of the first record, ms since the epoch
     * @param records how many there will be; {@link Long#MAX_VALUE} if nobody knows
     * @param keys how many keys take turns; empty if the key is the user
     * @param eventIds whether records have an id that their duplicates share, in a field of its own
     * @param lateCounts whether late clicks go into the ledger
     */
    record Plan(
            Mix mix,
            double rate,
            int users,
            long seed,
            long start,
            long records,
            OptionalInt keys,
            boolean eventIds,
            boolean lateCounts) {

        /** The same from another time on. */
        Plan startingAt(long time) {
            return new Plan(mix, rate, users, seed, time, records, keys, eventIds, lateCounts);
        }

        /** How many users it takes at least. */
        int minUsers() {
            return ShopTraffic.minUsers(rate * mix.walkShare());
        }
    }

    /** A record that somebody has put among those of the run. */
    private record Inserted(long notBefore, long number, LongFunction<Made> maker) {}

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Made(Kind kind, String user, byte[] value) {}

    private final Plan plan;
    private final Mix mix;
    private final RecordShape shape;
    private final TrafficLedger ledger;
    private final ShopTraffic traffic;
    private final SplittableRandom random;
    private final long ledgerPeriod;

    /** What is held back, by its slot. */
    private final TreeMap<Long, Made> heldBack = new TreeMap<>();

    /** What other threads have inserted, by time. Guarded by itself. */
    private final PriorityQueue<Inserted> inserted =
            new PriorityQueue<>(
                    Comparator.comparingLong(Inserted::notBefore)
                            .thenComparingLong(Inserted::number));

    private final long[] previousOfBot;
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<String, Long> deadLetters = new TreeMap<>();
    private long slot;
    private long sent;
    private long nextLedger;
    private boolean isBehind;
    private int faults;
    private long insertions;

    /**
     * A sequence before its first record.
     *
     * @param sessionGap of the ledger
     */
    RecordSequence(Plan plan, RecordShape shape, TrafficLedger ledger, Duration sessionGap) {
        this.plan = plan;
        this.mix = plan.mix();
        this.shape = shape;
        this.ledger = ledger;
        this.traffic =
                new ShopTraffic(
                        plan.seed(), plan.rate() * mix.walkShare(), plan.users(), plan.start());
        this.random = new SplittableRandom(~plan.seed());
        this.ledgerPeriod = Math.max(LEDGER_PERIOD_MILLIS, sessionGap.toMillis());
        this.nextLedger = plan.start() + ledgerPeriod;
        double botRate = plan.rate() * mix.bots() / 100;
        this.previousOfBot = new long[Math.max(1, (int) (botRate / BOT_RATE))];
    }

    /**
     * Good clicks of the lab's shape for as long as somebody wants them, keyed by user.
     *
     * @param rate clicks per second, above 0
     * @param start event time of the first click, ms since the epoch
     * @param disorder up to this after its time is one click in twenty sent
     */
    public static RecordSequence ofShop(
            ClickEncoder encoder,
            double rate,
            int users,
            long seed,
            long start,
            Duration disorder,
            TrafficLedger ledger,
            Duration sessionGap) {
        return ofShop(encoder, 0, 0, rate, users, seed, start, disorder, ledger, sessionGap);
    }

    /**
     * The same with records among them that the job can't use.
     *
     * @param late clicks of a time that is long past, in percent
     * @param malformed records that are none, in percent
     */
    public static RecordSequence ofShop(
            ClickEncoder encoder,
            double late,
            double malformed,
            double rate,
            int users,
            long seed,
            long start,
            Duration disorder,
            TrafficLedger ledger,
            Duration sessionGap) {
        return new RecordSequence(
                new Plan(
                        new Mix(late, 0, malformed, 0, disorder),
                        rate,
                        users,
                        seed,
                        start,
                        Long.MAX_VALUE,
                        OptionalInt.empty(),
                        false,
                        false),
                RecordShape.of(encoder),
                ledger,
                sessionGap);
    }

    /** Records per second. */
    double rate() {
        return plan.rate();
    }

    /** How many records there will be; {@link Long#MAX_VALUE} if nobody knows. */
    long records() {
        return plan.records();
    }

    /** Event time of the first record, ms since the epoch. */
    long start() {
        return plan.start();
    }

    /**
     * The record of the next slot.
     *
     * @param time of the slot, ms since the epoch; never goes back
     */
    ProducedRecord next(long time) {
        Made made = isBehind ? pollHeldBack() : heldBack.remove(slot);
        if (made == null) {
            LongFunction<Made> maker = pollInserted(time);
            made = maker == null ? make(time) : maker.apply(time);
        }
        slot++;
        return send(made);
    }

    /**
     * Puts a click of a visitor among the records. May be called by any thread. The click takes the
     * place of one that this sequence would have made.
     *
     * @param notBefore the click is sent, with the time of its slot, in the first free slot from
     *     this time on, ms since the epoch
     * @param click its time and its number are set when it is sent
     * @param sent hears of the click when it is made, in the thread of the records
     */
    public void insert(long notBefore, GeneratedClick click, Consumer<GeneratedClick> sent) {
        insert(
                notBefore,
                time -> {
                    GeneratedClick made = click.at(time).numbered(traffic.takeGlobalSeq());
                    sent.accept(made);
                    return note(made);
                });
    }

    /**
     * Puts a record among the others that becomes a dead letter. May be called by any thread.
     *
     * @param notBefore as in {@link #insert}
     * @param rejected what is wrong with it
     */
    public void insert(long notBefore, Rejected rejected) {
        insert(
                notBefore,
                time ->
                        switch (rejected) {
                            case LATE -> late();
                            case MALFORMED -> malformed(time, Fault.CUT_OFF);
                            case FUTURE -> malformed(time, Fault.FUTURE);
                        });
    }

    private void insert(long notBefore, LongFunction<Made> maker) {
        synchronized (inserted) {
            inserted.add(new Inserted(notBefore, insertions++, maker));
        }
    }

    @Nullable
    private LongFunction<Made> pollInserted(long time) {
        synchronized (inserted) {
            Inserted next = inserted.peek();
            return next == null || next.notBefore() > time ? null : inserted.remove().maker();
        }
    }

    /**
     * Says that time was left out, for a caller who could not keep up. What is held back is sent in
     * the next slots, before any later click: its delay must not grow.
     */
    void leftOut() {
        isBehind = !heldBack.isEmpty();
    }

    /** Whether records are held back that must still be sent when no more are made. */
    boolean hasHeldBack() {
        return !heldBack.isEmpty();
    }

    /** A record that is held back, ahead of its turn. */
    ProducedRecord nextHeldBack() {
        if (heldBack.isEmpty()) {
            throw new NoSuchElementException("nothing is held back");
        }
        return send(pollHeldBack());
    }

    private Made pollHeldBack() {
        Made first = heldBack.pollFirstEntry().getValue();
        isBehind = isBehind && !heldBack.isEmpty();
        return first;
    }

    private ProducedRecord send(Made made) {
        sent++;
        counts.merge(made.kind(), 1L, Long::sum);
        String key =
                plan.keys().isPresent()
                        ? Long.toString((sent - 1) % plan.keys().getAsInt() + 1)
                        : made.user();
        return new ProducedRecord(sent, key, made.value());
    }

    private Made make(long time) {
        while (true) {
            double choice = random.nextDouble() * 100;
            if (choice < mix.malformed()) {
                List<Fault> possible = shape.faults();
                return malformed(time, possible.get(faults++ % possible.size()));
            }
            choice -= mix.malformed();
            if (choice < mix.bots()) {
                return bot(time);
            }
            choice -= mix.bots();
            if (choice < mix.late() && time - plan.start() >= LATE_FROM.toMillis()) {
                return late();
            }
            Made click = click(time);
            if (random.nextDouble() * 100 < mix.duplicates()) {
                holdBack(
                        new Made(Kind.DUPLICATE, click.user(), click.value()),
                        Math.max(1, slots(DUPLICATE_WITHIN)));
            }
            if (mix.disorder().isZero()
                    || random.nextDouble() >= DISORDERED_SHARE
                    || !holdBack(click, slots(mix.disorder()))) {
                return click;
            }
        }
    }

    private long slots(Duration time) {
        return (long) (time.toMillis() * plan.rate() / 1_000);
    }

    /** Gives a record a free slot of the next ones; false if all are taken. */
    private boolean holdBack(Made made, long within) {
        long slots = Math.min(within, plan.records() - 1 - slot);
        if (slots < 1) {
            return false;
        }
        long chosen = slot + random.nextLong(1, slots + 1);
        while (chosen > slot && heldBack.containsKey(chosen)) {
            chosen--;
        }
        if (chosen == slot) {
            return false;
        }
        heldBack.put(chosen, made);
        return true;
    }

    private Made click(long time) {
        return note(traffic.next().at(time));
    }

    /** A click of now that the ledger must know. */
    private Made note(GeneratedClick click) {
        OracleClick seen = shape.forOracle(click);
        ledger.sent(seen);
        if (click.eventTimestamp() >= nextLedger) {
            ledger.completeUntil(seen.time());
            nextLedger = click.eventTimestamp() + ledgerPeriod;
        }
        return made(Kind.CLICK, click);
    }

    private Made late() {
        long age = LATE_BY.toMillis() + random.nextLong(LATE_SPREAD.toMillis());
        GeneratedClick click = traffic.next().at(plan.start() - age);
        if (plan.lateCounts()) {
            ledger.sentLongPast(shape.forOracle(click));
        } else {
            deadLetters.merge("late", 1L, Long::sum);
        }
        return made(Kind.LATE, click);
    }

    private Made malformed(long time, Fault fault) {
        GeneratedClick click = traffic.next().at(time);
        deadLetters.merge(fault.reason(), 1L, Long::sum);
        return new Made(
                Kind.MALFORMED, user(click), shape.encodeWrong(click, extras(click), fault));
    }

    private Made bot(long time) {
        int bot = random.nextInt(previousOfBot.length);
        int department = random.nextInt(ShopTraffic.DEPARTMENTS.size());
        GeneratedClick click =
                new GeneratedClick(
                        "66.249.66." + (bot % 254 + 1),
                        time,
                        "desktop",
                        "product_detail",
                        ShopTraffic.DEPARTMENTS.get(department),
                        plan.users() + 1 + bot,
                        traffic.takeGlobalSeq(),
                        previousOfBot[bot]);
        previousOfBot[bot] = click.globalSeq();
        return made(Kind.BOT, click);
    }

    private Made made(Kind kind, GeneratedClick click) {
        return new Made(kind, user(click), shape.encode(click, extras(click)));
    }

    private String user(GeneratedClick click) {
        return shape.forOracle(click).user().toString();
    }

    private RecordShape.Extras extras(GeneratedClick click) {
        if (!plan.eventIds() && mix.bots() == 0) {
            return RecordShape.Extras.NONE;
        }
        // The start makes ids differ from those of another run of the same seed.
        String id = Long.toHexString(plan.start()) + "-" + click.globalSeq();
        int bot = click.userId() - plan.users() - 1;
        String agent =
                bot >= 0
                        ? UserAgents.ofBot(bot)
                        : UserAgents.ofUser(click.userId(), click.deviceType());
        return new RecordShape.Extras(plan.eventIds() ? id : null, mix.bots() == 0 ? null : agent);
    }

    /** How many records of a kind were sent. */
    long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** How many records were sent. */
    long sent() {
        return sent;
    }

    /**
     * The dead letters that a correct job must write, by reason. Complete when nothing is held
     * back.
     */
    public Map<String, Long> deadLetters() {
        return new TreeMap<>(deadLetters);
    }

    /** Knows what the job must make of the good clicks. */
    TrafficLedger ledger() {
        return ledger;
    }
}

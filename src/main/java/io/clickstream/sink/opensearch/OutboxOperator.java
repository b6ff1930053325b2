package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.metrics.LimitedWarnings;
import io.clickstream.metrics.RetryCause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes results as documents to OpenSearch, and emits those that OpenSearch permanently refuses as
 * dead letters.
 *
 * <p>The task never waits for OpenSearch. Documents that OpenSearch has not confirmed wait on the
 * heap, up to {@link #MAX_HEAP_BYTES}, and all others in keyed state alone. Before a checkpoint's
 * barrier, the operator writes those on the heap to keyed state, too, by path and only the newest
 * version of each. So checkpoints complete while OpenSearch is away, and nothing is lost.
 *
 * <p>One request is under way at a time, and all versions of a document come to the same subtask,
 * so versions do not overtake each other.
 *
 * <p>Without a key, for a bounded input, there is no state: the operator waits if the heap is full.
 *
 * @param <T> the result
 */
final class OutboxOperator<T> extends AbstractStreamOperator<DeadLetter>
        implements OneInputStreamOperator<T, DeadLetter>, BoundedOneInput {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(OutboxOperator.class);

    /** Of a subtask. A task slot has one such operator per index. */
    static final long MAX_HEAP_BYTES = 12L << 20;

    /** What is read from the state at a time: keys, of which some may be on the heap. */
    private static final int KEYS_AT_A_TIME = 20_000;

    private static final String SOURCE = "opensearch";
    private static final String STATE = "documents";
    private static final long FIRST_WAIT_MILLIS = 250;
    private static final long LONGEST_WAIT_MILLIS = 5_000;
    private static final int MAX_DOUBLINGS = 5;
    private static final long DRAIN_PAUSE_MILLIS = 10;
    private static final long NEVER = Long.MAX_VALUE;
    private static final long NOT_KNOWN = -1;

    private final OpenSearchConfig settings;
    private final DocumentNames<T> names;
    private final AggregateFormat<T> format;
    private final transient MailboxExecutor mailbox;

    private transient JsonFactory json;
    private transient ByteArrayOutputStream bytes;
    private transient BulkClient client;
    private transient LimitedWarnings warnings;
    private transient Map<RetryCause, Counter> retries;

    /** Null without a key. */
    @Nullable private transient ValueState<Document> stored;

    /** Documents on the heap, by path, in the order in which they came. */
    private transient Map<String, Entry> entries;

    private transient long heapBytes;

    /** To be sent, in this order. */
    private transient Deque<Entry> ready;

    /** Not to be sent before their time, the earliest first. */
    private transient PriorityQueue<Entry> resting;

    /** Indices that refused each document of the last request with any of theirs. */
    private transient Map<String, Trouble> troubled;

    /** For delivery as committed: not in a completed checkpoint yet. */
    private transient Deque<Entry> held;

    @Nullable private transient List<Entry> underWay;

    /** Documents in state alone, and since when the oldest one waits. */
    private transient long storedOnly;

    private transient long storedSince;

    /** Keys that are read from the state next. */
    private transient Deque<String> unread;

    /** The last completed checkpoint when all documents in state alone waited for a later one. */
    private transient long allHeldUpTo;

    private transient long lastBarrier;
    private transient long lastCompleted;
    private transient int limit;
    private transient int failures;
    private transient long notBefore;
    private transient long readySince;
    @Nullable private transient ScheduledFuture<?> timer;
    private transient long timerAt;
    private transient boolean flushing;
    private transient boolean closed;
    private transient volatile long pending;
    private transient volatile long oldest;

    /** A document on the heap. */
    private static final class Entry {
        private Document document;

        /** What came while {@link #document} was under way. */
        @Nullable private Document newer;

        /** Whether the state has a version of it, and whether that is the newest one. */
        private boolean inState;

        private boolean current;
        private boolean underWay;
        private long notBefore;

        Entry(Document document) {
            this.document = document;
        }

        Document newest() {
            return newer == null ? document : newer;
        }
    }

    /** An index that refuses documents gets a single one from time to time, until it takes it. */
    private static final class Trouble {
        private int failures;
        private long notBefore;
    }

    OutboxOperator(
            OpenSearchConfig settings,
            IndexName index,
            AggregateFormat<T> format,
            MailboxExecutor mailbox,
            ProcessingTimeService timers) {
        this.settings = settings;
        this.names = new DocumentNames<>(index, format);
        this.format = format;
        this.mailbox = mailbox;
        this.processingTimeService = timers;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        if (getKeyedStateBackend() != null) {
            stored =
                    context.getKeyedStateStore()
                            .getState(
                                    new ValueStateDescriptor<>(STATE, DocumentSerializer.INSTANCE));
        }
        lastCompleted = context.getRestoredCheckpointId().orElse(0);
        lastBarrier = lastCompleted;
    }

    @Override
    public void open() throws Exception {
        super.open();
        json = new JsonFactory();
        bytes = new ByteArrayOutputStream(512);
        client = new BulkClient(settings);
        warnings = new LimitedWarnings(LOG);
        entries = new LinkedHashMap<>();
        ready = new ArrayDeque<>();
        resting =
                new PriorityQueue<>(
                        Comparator.<Entry>comparingLong(entry -> entry.notBefore)
                                .thenComparingLong(entry -> entry.document.since()));
        troubled = new HashMap<>();
        held = new ArrayDeque<>();
        unread = new ArrayDeque<>();
        limit = settings.bulkMaxActions();
        timerAt = NEVER;
        allHeldUpTo = NOT_KNOWN;
        storedOnly = countStored();
        storedSince = storedOnly == 0 ? NEVER : now();
        MetricGroup metrics = getMetricGroup().addGroup(ClickstreamMetrics.GROUP);
        retries = new EnumMap<>(RetryCause.class);
        for (RetryCause cause : RetryCause.values()) {
            retries.put(
                    cause, metrics.counter(ClickstreamMetrics.OPENSEARCH_RETRIES + cause.label()));
        }
        metrics.gauge(ClickstreamMetrics.OPENSEARCH_PENDING, (Gauge<Long>) () -> pending);
        metrics.gauge(
                ClickstreamMetrics.OPENSEARCH_OLDEST,
                (Gauge<Long>) () -> oldest == NEVER ? 0 : Math.max(0, now() - oldest));
        send();
    }

    private long countStored() {
        if (stored == null) {
            return 0;
        }
        try (Stream<String> keys = storedKeys()) {
            return keys.count();
        }
    }

    private Stream<String> storedKeys() {
        KeyedStateBackend<String> backend = getKeyedStateBackend();
        return backend.getKeys(STATE, VoidNamespace.INSTANCE);
    }

    // --- In

    @Override
    public void processElement(StreamRecord<T> element) throws Exception {
        T result = element.getValue();
        Document document =
                new Document(
                        names.index(result),
                        names.id(result),
                        toJson(result),
                        now(),
                        now(),
                        lastBarrier);
        Entry entry = entries.get(document.path());
        if (entry != null) {
            replace(entry, document);
        } else if (stored == null || (storedOnly == 0 && fits(document))) {
            add(document);
        } else {
            store(document);
        }
        send();
        while (stored == null && heapBytes > MAX_HEAP_BYTES) {
            mailbox.yield();
        }
    }

    private boolean fits(Document document) {
        return heapBytes + document.heapBytes() <= MAX_HEAP_BYTES;
    }

    private byte[] toJson(T result) throws IOException {
        bytes.reset();
        try (JsonGenerator generator = json.createGenerator(bytes)) {
            format.write(result, generator);
        }
        return bytes.toByteArray();
    }

    private Entry add(Document document) {
        Entry entry = new Entry(document);
        entries.put(document.path(), entry);
        heapBytes += document.heapBytes();
        enqueue(entry);
        return entry;
    }

    private void enqueue(Entry entry) {
        if (isHeld(entry.document)) {
            held.add(entry);
        } else {
            ready(entry);
        }
    }

    private boolean isHeld(Document document) {
        return stored != null && settings.isCommittedOnly() && document.after() >= lastCompleted;
    }

    private void ready(Entry entry) {
        if (ready.isEmpty()) {
            readySince = now();
        }
        ready.add(entry);
    }

    /** A newer version takes the place of an older one. */
    private void replace(Entry entry, Document document) {
        Document older = entry.newest();
        Document newer = document.since(older.since());
        heapBytes += newer.heapBytes();
        // A version that waits for a checkpoint must not take the place of one that may be sent.
        if (entry.underWay || entry.newer != null || isHeld(newer) != isHeld(entry.document)) {
            if (entry.newer != null) {
                heapBytes -= entry.newer.heapBytes();
            }
            entry.newer = newer;
        } else {
            heapBytes -= entry.document.heapBytes();
            entry.document = newer;
        }
        entry.current = false;
    }

    private void store(Document document) throws IOException {
        setCurrentKey(document.path());
        Document older = stored.value();
        if (older == null) {
            storedOnly++;
            storedSince = Math.min(storedSince, document.since());
        }
        stored.update(older == null ? document : document.since(older.since()));
    }

    // --- Out

    /** Sends a request if there is a reason for one, and sets a timer if not. */
    private void send() throws IOException {
        if (closed || underWay != null) {
            return;
        }
        long now = now();
        load();
        while (!resting.isEmpty() && resting.peek().notBefore <= now) {
            ready(resting.poll());
        }
        note();
        if (ready.isEmpty()) {
            if (!resting.isEmpty()) {
                wakeAt(resting.peek().notBefore);
            }
            return;
        }
        long due =
                flushing || ready.size() >= limit
                        ? 0
                        : readySince + settings.bulkInterval().toMillis();
        due = Math.max(due, notBefore);
        if (now < due) {
            wakeAt(due);
            return;
        }
        List<Entry> bulk = nextBulk(now);
        readySince = now;
        if (bulk.isEmpty()) {
            wakeAt(resting.element().notBefore);
            return;
        }
        underWay = bulk;
        client.send(
                bulk.stream().map(entry -> entry.document).collect(Collectors.toList()),
                outcomes -> mailbox.execute(() -> settle(bulk, outcomes), "answer of OpenSearch"));
    }

    /** Takes documents to send. Those of an index in trouble do not keep others from being sent. */
    private List<Entry> nextBulk(long now) {
        List<Entry> bulk = new ArrayList<>();
        Set<String> asked = new HashSet<>();
        long size = 0;
        while (bulk.size() < limit && !ready.isEmpty()) {
            Entry next = ready.element();
            String index = next.document.index();
            Trouble trouble = troubled.get(index);
            if (trouble != null && (now < trouble.notBefore || !asked.add(index))) {
                next.notBefore = Math.max(trouble.notBefore, now + FIRST_WAIT_MILLIS);
                resting.add(ready.remove());
                continue;
            }
            size += next.document.heapBytes();
            if (!bulk.isEmpty() && size > settings.bulkMaxSize().getBytes()) {
                break;
            }
            next.underWay = true;
            bulk.add(ready.remove());
        }
        return bulk;
    }

    private void settle(List<Entry> bulk, List<Outcome> outcomes) throws IOException {
        if (closed) {
            return;
        }
        underWay = null;
        boolean isSplit = outcomes.get(0).kind() == Outcome.Kind.SPLIT;
        boolean isOfTheRequest = outcomes.get(0).isOfTheRequest();
        Set<String> accepting = new HashSet<>();
        List<Entry> again = new ArrayList<>();
        for (int i = 0; i < bulk.size(); i++) {
            Entry entry = bulk.get(i);
            Outcome outcome = outcomes.get(i);
            entry.underWay = false;
            switch (outcome.kind()) {
                case DELIVERED:
                    accepting.add(entry.document.index());
                    settled(entry);
                    break;
                case DEAD:
                    accepting.add(entry.document.index());
                    letter(Reason.UNINDEXABLE, entry.document, outcome.reason());
                    settled(entry);
                    break;
                case SPLIT:
                    if (bulk.size() == 1) {
                        letter(Reason.RESULT_TOO_LARGE, entry.document, tooLarge(entry.document));
                        settled(entry);
                    } else {
                        again.add(entry);
                    }
                    break;
                case RETRY:
                    again.add(entry);
                    break;
            }
        }
        if (isSplit) {
            limit = Math.max(1, bulk.size() / 2);
        } else if (isOfTheRequest) {
            failed(outcomes.get(0), bulk.get(0).document.index());
        } else {
            if (failures == MAX_DOUBLINGS) {
                LOG.info(
                        "OpenSearch accepts requests again. {} documents of {} wait",
                        entries.size() + storedOnly,
                        bulk.get(0).document.index());
            }
            failures = 0;
            note(bulk, outcomes);
            noteTrouble(again, accepting);
            if (!accepting.isEmpty()) {
                limit = Math.min(2 * limit, settings.bulkMaxActions());
            }
        }
        again.forEach(this::useNewer);
        if (isOfTheRequest) {
            // In their order, before all others.
            for (int i = again.size() - 1; i >= 0; i--) {
                ready.addFirst(again.get(i));
            }
        } else {
            long soon = now() + waitMillis(0);
            for (Entry entry : again) {
                Trouble trouble = troubled.get(entry.document.index());
                entry.notBefore = trouble == null ? soon : trouble.notBefore;
                resting.add(entry);
            }
        }
        send();
    }

    private void noteTrouble(List<Entry> refused, Set<String> accepting) {
        for (String index : accepting) {
            Trouble trouble = troubled.remove(index);
            if (trouble != null && trouble.failures == MAX_DOUBLINGS) {
                LOG.info("OpenSearch accepts documents of {} again", index);
            }
        }
        Set<String> refusing = new HashSet<>();
        for (Entry entry : refused) {
            String index = entry.document.index();
            if (!accepting.contains(index) && refusing.add(index)) {
                Trouble trouble = troubled.computeIfAbsent(index, unused -> new Trouble());
                trouble.failures = Math.min(trouble.failures + 1, MAX_DOUBLINGS);
                trouble.notBefore = now() + waitMillis(trouble.failures);
            }
        }
    }

    private void failed(Outcome outcome, String index) {
        retries.get(outcome.cause()).inc();
        warnings.warn(
                "OpenSearch accepts no request. {} documents of {} wait: {}: {}",
                entries.size() + storedOnly,
                index,
                outcome.cause().label(),
                outcome.reason());
        failures = Math.min(failures + 1, MAX_DOUBLINGS);
        notBefore = now() + waitMillis(failures);
        // A server that is in trouble gets small requests first.
        limit = Math.max(1, Math.min(limit / 2, settings.bulkMaxActions()));
    }

    private void note(List<Entry> bulk, List<Outcome> outcomes) {
        for (int i = 0; i < bulk.size(); i++) {
            Outcome outcome = outcomes.get(i);
            if (outcome.kind() == Outcome.Kind.RETRY) {
                retries.get(outcome.cause()).inc();
                warnings.warn(
                        "OpenSearch refuses documents of {}, which wait: {}: {}",
                        bulk.get(i).document.index(),
                        outcome.cause().label(),
                        outcome.reason());
            }
        }
    }

    /** With a random part, so that subtasks do not return all at the same time. */
    private static long waitMillis(int doublings) {
        long longest = Math.min(FIRST_WAIT_MILLIS << doublings, LONGEST_WAIT_MILLIS);
        return longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
    }

    /** OpenSearch has the document, or it is a dead letter. */
    private void settled(Entry entry) throws IOException {
        String path = entry.document.path();
        heapBytes -= entry.document.heapBytes();
        if (entry.newer != null) {
            entry.document = entry.newer;
            entry.newer = null;
            enqueue(entry);
            return;
        }
        entries.remove(path);
        if (entry.inState) {
            setCurrentKey(path);
            stored.clear();
        }
    }

    private void useNewer(Entry entry) {
        if (entry.newer != null && !isHeld(entry.newer)) {
            heapBytes -= entry.document.heapBytes();
            entry.document = entry.newer;
            entry.newer = null;
        }
    }

    private static String tooLarge(Document document) {
        return String.format(
                "OpenSearch, or a proxy in front of it, refuses a request with this one document of"
                        + " %d bytes (413). Set its limit higher, or `aggregates /"
                        + " max-dept-list-size` lower",
                document.json().length);
    }

    private void letter(Reason reason, Document document, String detail) {
        RawRecord raw = new RawRecord(SOURCE, document.index(), document.id(), document.json());
        DeadLetter letter =
                new DeadLetter(
                        reason,
                        String.format(
                                "index %s, id %s: %s", document.index(), document.id(), detail),
                        raw,
                        now());
        warnings.warn("A document becomes a dead letter: {}", letter);
        output.collect(new StreamRecord<>(letter));
    }

    // --- State

    /** Brings documents from state alone to the heap, if there is room. */
    private void load() throws IOException {
        if (storedOnly == 0
                || heapBytes > MAX_HEAP_BYTES / 2
                || (unread.isEmpty() && allHeldUpTo == lastCompleted)) {
            return;
        }
        boolean found = false;
        if (unread.isEmpty()) {
            // Read at once: a heap backend does not let its state change meanwhile.
            try (Stream<String> keys = storedKeys()) {
                keys.filter(key -> !entries.containsKey(key))
                        .limit(KEYS_AT_A_TIME)
                        .forEach(unread::add);
            }
        }
        while (!unread.isEmpty() && heapBytes <= MAX_HEAP_BYTES) {
            String path = unread.poll();
            if (entries.containsKey(path)) {
                continue;
            }
            setCurrentKey(path);
            Document document = stored.value();
            if (document != null && !isHeld(document)) {
                Entry entry = add(document);
                entry.inState = true;
                entry.current = true;
                storedOnly--;
                found = true;
            }
        }
        // Otherwise, each call would look through all keys.
        allHeldUpTo = found || !unread.isEmpty() ? NOT_KNOWN : lastCompleted;
        if (storedOnly == 0) {
            storedSince = NEVER;
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
        super.prepareSnapshotPreBarrier(checkpoint);
        lastBarrier = checkpoint;
        if (stored == null) {
            return;
        }
        for (Entry entry : entries.values()) {
            if (!entry.current) {
                Document newest = entry.newest();
                setCurrentKey(newest.path());
                stored.update(newest);
                entry.inState = true;
                entry.current = true;
            }
        }
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) throws Exception {
        super.notifyCheckpointComplete(checkpoint);
        lastCompleted = Math.max(lastCompleted, checkpoint);
        while (!held.isEmpty() && !isHeld(held.peek().document)) {
            ready(held.poll());
        }
        send();
        if (flushing) {
            drain();
        }
    }

    /** Whether a request is under way. */
    boolean awaitsAnswer() {
        return underWay != null;
    }

    // --- Time

    private void wakeAt(long time) {
        if (timer != null && timerAt <= time) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerAt = time;
        timer =
                getProcessingTimeService()
                        .registerTimer(
                                time,
                                unused -> {
                                    timer = null;
                                    timerAt = NEVER;
                                    send();
                                });
    }

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    private void note() {
        pending = entries.size() + storedOnly;
        long first =
                entries.isEmpty() ? NEVER : entries.values().iterator().next().document.since();
        oldest = Math.min(first, storedSince);
    }

    // --- End

    @Override
    public void endInput() throws Exception {
        flushing = true;
        send();
        if (!settings.isCommittedOnly() || stored == null) {
            drain();
        }
    }

    /** Waits until everything that may be sent is delivered. */
    private void drain() throws InterruptedException, IOException {
        while (entries.size() + storedOnly > held.size()) {
            if (underWay != null) {
                mailbox.yield();
            } else if (!mailbox.tryYield()) {
                // Once the input is finished, Flink no longer runs timers.
                Thread.sleep(DRAIN_PAUSE_MILLIS);
                send();
            }
        }
    }

    @Override
    public void close() throws Exception {
        closed = true;
        if (timer != null) {
            timer.cancel(false);
        }
        if (client != null) {
            client.close();
        }
        super.close();
    }
}

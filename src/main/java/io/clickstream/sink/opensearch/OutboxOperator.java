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
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
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
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
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

    /** Longer than the client's own limits, should it never answer. */
    private static final long MAX_MILLIS_PER_ENDPOINT = 300_000;

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

    /** Refused one by one, to be sent again at their time. */
    private transient Queue<Entry> resting;

    /**
     * Indices that refused all of their documents in the last request with any. Some of their
     * documents stay on the heap, to find out when that changes; the others must not keep documents
     * of other indices from it.
     */
    private transient Map<String, Blocked> blocked;

    /** For delivery as committed: not in a completed checkpoint yet. */
    private transient Deque<Entry> held;

    @Nullable private transient List<Entry> underWay;
    @Nullable private transient ScheduledFuture<?> givingUp;

    /** Documents in state alone, and since when the oldest one waits that may be sent. */
    private transient long storedOnly;

    private transient long storedSince;

    /** Keys that are read from the state next: some of those of a pass through all of them. */
    private transient Deque<String> unread;

    /** Whether the state may have documents to load. Otherwise, nobody looks through its keys. */
    private transient boolean mayLoad;

    /** Whether another pass is necessary after this one. */
    private transient boolean another;

    private transient boolean lastOfPass;

    /** Documents of this pass that wait for a later checkpoint. */
    private transient long passedOver;

    private transient long lastBarrier;
    private transient long lastCompleted;
    private transient long lastBarrierOfInput;
    private transient int limit;
    private transient int failures;
    private transient long notBefore;
    private transient long readySince;
    @Nullable private transient ScheduledFuture<?> timer;
    private transient long timerAt;
    private transient boolean flushing;
    private transient boolean closed;
    private transient long lastNow;

    /** How far the machine's clock was set back. */
    private transient long setBack;

    private transient volatile long pending;

    /** By the machine's clock. */
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
        private int refusals;
        private long notBefore;

        Entry(Document document) {
            this.document = document;
        }

        Document newest() {
            return newer == null ? document : newer;
        }
    }

    /** An index that accepts no document gets a single one from time to time. */
    private static final class Blocked {
        private int refusals;
        private long notBefore;
    }

    OutboxOperator(
            OpenSearchConfig settings,
            IndexName index,
            AggregateFormat<T> format,
            StreamOperatorParameters<DeadLetter> parameters) {
        this.settings = settings;
        this.names = new DocumentNames<>(index, format);
        this.format = format;
        this.mailbox = parameters.getMailboxExecutor();
        this.processingTimeService = parameters.getProcessingTimeService();
        setup(parameters.getContainingTask(), parameters.getStreamConfig(), parameters.getOutput());
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
        resting = new PriorityQueue<>(Comparator.comparingLong(entry -> entry.notBefore));
        blocked = new HashMap<>();
        held = new ArrayDeque<>();
        unread = new ArrayDeque<>();
        limit = settings.bulkMaxActions();
        timerAt = NEVER;
        mayLoad = true;
        storedOnly = countStored();
        storedSince = storedOnly == 0 ? NEVER : now();
        MetricGroup metrics = getMetricGroup().addGroup(ClickstreamMetrics.GROUP);
        retries = new EnumMap<>(RetryCause.class);
        for (RetryCause cause : RetryCause.values()) {
            retries.put(
                    cause, metrics.counter(ClickstreamMetrics.OPENSEARCH_RETRIES + cause.label()));
        }
        metrics.gauge(ClickstreamMetrics.OPENSEARCH_PENDING, (Gauge<Long>) this::pending);
        metrics.gauge(
                ClickstreamMetrics.OPENSEARCH_OLDEST, (Gauge<Long>) this::oldestPendingMillis);
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
        } else if (stored == null || (fits(document) && !isStored(document))) {
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
        long most = blocked.containsKey(document.index()) ? MAX_HEAP_BYTES / 2 : MAX_HEAP_BYTES;
        return heapBytes + document.heapBytes() <= most;
    }

    /** Whether a version of a document that is not on the heap is in the state. */
    private boolean isStored(Document document) throws IOException {
        if (storedOnly == 0) {
            return false;
        }
        setCurrentKey(document.path());
        return stored.value() != null;
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
        return holds() && document.after() >= lastCompleted;
    }

    private boolean holds() {
        return stored != null && settings.isCommittedOnly();
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
        Document newer = document.replacing(older);
        heapBytes += newer.heapBytes();
        // A version that waits for a later checkpoint must not take the place of an earlier one.
        boolean isLater = holds() && newer.after() != entry.document.after();
        if (entry.underWay || entry.newer != null || isLater) {
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
        stored.update(older == null ? document : document.replacing(older));
        if (older == null) {
            storedOnly++;
        }
        if (!isHeld(document)) {
            storedSince = Math.min(storedSince, document.since());
            if (!blocked.containsKey(document.index())) {
                loadAgain();
            }
        }
    }

    // --- Out

    /** Sends a request if there is a reason for one, and sets a timer if not. */
    private void send() throws IOException {
        if (closed) {
            return;
        }
        note();
        if (underWay != null) {
            return;
        }
        long now = now();
        load();
        note();
        while (!resting.isEmpty() && resting.peek().notBefore <= now) {
            ready(resting.poll());
            overdue();
        }
        if (ready.isEmpty()) {
            if (!resting.isEmpty()) {
                wakeAt(resting.peek().notBefore);
            }
            return;
        }
        long due =
                flushing || ready.size() >= limit || heapBytes > MAX_HEAP_BYTES / 2
                        ? 0
                        : readySince + settings.bulkInterval().toMillis();
        due = Math.max(due, notBefore);
        if (now < due) {
            wakeAt(due);
            return;
        }
        List<Entry> bulk = nextBulk(now);
        if (bulk.isEmpty()) {
            wakeAt(resting.element().notBefore);
            return;
        }
        underWay = bulk;
        long longest = MAX_MILLIS_PER_ENDPOINT * settings.endpoints().size();
        givingUp =
                getProcessingTimeService()
                        .registerTimer(
                                machineTime() + longest,
                                unused -> settle(bulk, noAnswer(bulk.size(), longest)));
        client.send(
                bulk.stream().map(entry -> entry.document).collect(Collectors.toList()),
                outcomes -> answered(bulk, outcomes));
    }

    /** Takes documents to send. Those of a blocked index do not keep others from being sent. */
    private List<Entry> nextBulk(long now) {
        List<Entry> bulk = new ArrayList<>();
        Set<String> asked = new HashSet<>();
        long size = 0;
        while (bulk.size() < limit && !ready.isEmpty()) {
            Entry next = ready.element();
            Blocked index = blocked.get(next.document.index());
            if (index != null && (now < index.notBefore || !asked.add(next.document.index()))) {
                next.notBefore = Math.max(index.notBefore, now + FIRST_WAIT_MILLIS);
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

    private static List<Outcome> noAnswer(int count, long millis) {
        return Collections.nCopies(
                count, Outcome.retryRequest(RetryCause.TIMEOUT, "no answer in " + millis + " ms"));
    }

    /** In a thread of the client. */
    private void answered(List<Entry> bulk, List<Outcome> outcomes) {
        try {
            mailbox.execute(() -> settle(bulk, outcomes), "answer of OpenSearch");
        } catch (RejectedExecutionException e) {
            // The task ends. What it has not settled is in its last checkpoint.
        }
    }

    private void settle(List<Entry> bulk, List<Outcome> outcomes) throws IOException {
        if (closed || underWay != bulk) {
            return;
        }
        underWay = null;
        givingUp.cancel(false);
        boolean isSplit = outcomes.get(0).kind() == Outcome.Kind.SPLIT;
        Set<String> accepting = new HashSet<>();
        List<Entry> refused = new ArrayList<>();
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
                    if (outcome.isOfRequest()) {
                        again.add(entry);
                    } else {
                        refused.add(entry);
                        note(entry, outcome);
                    }
                    break;
            }
        }
        if (isSplit) {
            limit = Math.max(1, bulk.size() / 2);
        } else if (!again.isEmpty()) {
            failed(outcomes.get(0), bulk.size());
        } else {
            if (failures == MAX_DOUBLINGS) {
                LOG.info(
                        "OpenSearch accepts requests again. {} documents of {} wait",
                        entries.size() + storedOnly,
                        bulk.get(0).document.index());
            }
            failures = 0;
            if (!accepting.isEmpty()) {
                limit = Math.min(2 * limit, settings.bulkMaxActions());
            }
        }
        unblock(accepting);
        rest(refused, accepting);
        sendAgain(again);
        makeRoom();
        send();
    }

    /** Documents of a request that failed as a whole. */
    private void sendAgain(List<Entry> again) {
        if (again.isEmpty()) {
            return;
        }
        again.forEach(this::useNewer);
        if (again.size() == 1) {
            // Others get a turn: it may be this document that the request fails for.
            ready.add(again.get(0));
        } else {
            // In their order, before all others.
            for (int i = again.size() - 1; i >= 0; i--) {
                ready.addFirst(again.get(i));
            }
        }
        overdue();
    }

    /** What is ready has waited for its bulk before. */
    private void overdue() {
        readySince = now() - settings.bulkInterval().toMillis();
    }

    private void note(Entry entry, Outcome outcome) {
        retries.get(outcome.cause()).inc();
        warnings.warn(
                "OpenSearch refuses documents of {}, which wait: {}: {}",
                entry.document.index(),
                outcome.cause().label(),
                outcome.reason());
    }

    private void unblock(Set<String> accepting) {
        for (String index : accepting) {
            Blocked was = blocked.remove(index);
            if (was == null) {
                continue;
            }
            loadAgain();
            if (was.refusals == MAX_DOUBLINGS) {
                LOG.info("OpenSearch accepts documents of {} again", index);
            }
        }
    }

    /** Documents that were refused, but not the request. They do not stop others. */
    private void rest(List<Entry> refused, Set<String> accepting) {
        long now = now();
        Set<String> refusing = new HashSet<>();
        for (Entry entry : refused) {
            String index = entry.document.index();
            useNewer(entry);
            if (accepting.contains(index)) {
                entry.notBefore = now + waitMillis(entry.refusals);
                entry.refusals = Math.min(entry.refusals + 1, MAX_DOUBLINGS);
            } else {
                Blocked of = blocked.computeIfAbsent(index, unused -> block());
                if (refusing.add(index)) {
                    of.notBefore = now + waitMillis(of.refusals);
                    of.refusals = Math.min(of.refusals + 1, MAX_DOUBLINGS);
                }
                entry.notBefore = of.notBefore;
            }
            resting.add(entry);
        }
    }

    private Blocked block() {
        // The keys of the index are no longer looked at.
        passedOver = 0;
        return new Blocked();
    }

    private void failed(Outcome outcome, int documents) {
        retries.get(outcome.cause()).inc();
        warnings.warn(
                "OpenSearch accepts no request. {} documents of {} wait: {}: {}",
                entries.size() + storedOnly,
                entries.values().iterator().next().document.index(),
                outcome.cause().label(),
                outcome.reason());
        failures = Math.min(failures + 1, MAX_DOUBLINGS);
        notBefore = now() + waitMillis(failures);
        // A server that is in trouble gets small requests first.
        limit = Math.max(1, documents / 2);
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
            entry.document = entry.newer.since(entry.newer.version());
            entry.newer = null;
            entry.refusals = 0;
            enqueue(entry);
            return;
        }
        entries.remove(path);
        if (entry.inState) {
            setCurrentKey(path);
            stored.clear();
        }
    }

    private static String tooLarge(Document document) {
        return String.format(
                "OpenSearch, or a proxy in front of it, refuses a request with this one document of"
                        + " %d bytes (413). Set its limit higher, or `aggregates /"
                        + " max-dept-list-size` lower",
                document.json().length);
    }

    private void useNewer(Entry entry) {
        if (entry.newer != null && !isHeld(entry.newer)) {
            heapBytes -= entry.document.heapBytes();
            entry.document = entry.newer;
            entry.newer = null;
        }
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
        if (storedOnly == 0 || heapBytes > MAX_HEAP_BYTES / 2 || (unread.isEmpty() && !mayLoad)) {
            return;
        }
        if (unread.isEmpty()) {
            // Read at once: a heap backend does not let its state change meanwhile.
            try (Stream<String> keys = storedKeys()) {
                keys.filter(key -> !entries.containsKey(key) && !isBlocked(key))
                        .skip(passedOver)
                        .limit(KEYS_AT_A_TIME)
                        .forEach(unread::add);
            }
            lastOfPass = unread.size() < KEYS_AT_A_TIME;
        }
        while (!unread.isEmpty() && heapBytes <= MAX_HEAP_BYTES) {
            String path = unread.poll();
            if (entries.containsKey(path) || isBlocked(path)) {
                continue;
            }
            setCurrentKey(path);
            Document document = stored.value();
            if (document == null) {
                continue;
            }
            if (isHeld(document)) {
                passedOver++;
                continue;
            }
            Entry entry = add(document);
            entry.inState = true;
            entry.current = true;
            storedOnly--;
            another = true;
        }
        if (unread.isEmpty() && lastOfPass) {
            mayLoad = another;
            another = false;
            passedOver = 0;
        }
        if (storedOnly == 0 || (!mayLoad && blocked.isEmpty())) {
            storedSince = NEVER;
        }
    }

    private boolean isBlocked(String path) {
        return !blocked.isEmpty() && blocked.containsKey(path.substring(0, path.indexOf('/')));
    }

    private void loadAgain() {
        mayLoad = true;
        another = true;
        passedOver = 0;
    }

    /** Leaves documents of blocked indices to the state, but for one of each. */
    private void makeRoom() throws IOException {
        if (stored == null || blocked.isEmpty() || heapBytes <= MAX_HEAP_BYTES / 2) {
            return;
        }
        Set<String> kept = new HashSet<>();
        Iterator<Entry> all = resting.iterator();
        while (all.hasNext() && heapBytes > MAX_HEAP_BYTES / 2) {
            Entry entry = all.next();
            Document newest = entry.newest();
            if (!blocked.containsKey(newest.index()) || kept.add(newest.index())) {
                continue;
            }
            all.remove();
            store(entry);
            entries.remove(newest.path());
            heapBytes -= entry.document.heapBytes();
            if (entry.newer != null) {
                heapBytes -= entry.newer.heapBytes();
            }
            storedOnly++;
            storedSince = Math.min(storedSince, entry.document.since());
        }
    }

    private void store(Entry entry) throws IOException {
        if (!entry.current) {
            Document newest = entry.newest();
            setCurrentKey(newest.path());
            stored.update(newest);
            entry.inState = true;
            entry.current = true;
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
            store(entry);
        }
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) throws Exception {
        super.notifyCheckpointComplete(checkpoint);
        lastCompleted = Math.max(lastCompleted, checkpoint);
        if (holds()) {
            release();
        }
        send();
        // What came after the checkpoint waits for the next one, which this thread must not block.
        if (flushing && lastCompleted > lastBarrierOfInput) {
            drain();
        }
    }

    private void release() {
        long now = now();
        held.removeIf(
                entry -> {
                    if (isHeld(entry.document)) {
                        return false;
                    }
                    // Until now, it did not wait for OpenSearch.
                    entry.document = entry.document.since(now);
                    ready(entry);
                    return true;
                });
        if (storedOnly > 0) {
            storedSince = Math.min(storedSince, now);
            loadAgain();
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
                                time - setBack,
                                unused -> {
                                    timer = null;
                                    timerAt = NEVER;
                                    send();
                                });
    }

    /** The machine's clock, but it never goes back. */
    private long now() {
        long time = machineTime() + setBack;
        if (time < lastNow) {
            setBack += lastNow - time;
            time = lastNow;
        }
        lastNow = time;
        return time;
    }

    private long machineTime() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    /** How many documents OpenSearch has not confirmed. */
    long pending() {
        return pending;
    }

    /** How long the oldest document waits that OpenSearch may have. */
    long oldestPendingMillis() {
        long since = oldest;
        return since == NEVER ? 0 : Math.max(0, machineTime() - since);
    }

    private void note() {
        pending = entries.size() + storedOnly;
        Document first = entries.isEmpty() ? null : entries.values().iterator().next().document;
        long since = first == null || isHeld(first) ? NEVER : first.since();
        since = Math.min(since, storedSince);
        oldest = since == NEVER ? NEVER : since - setBack;
    }

    // --- End

    @Override
    public void endInput() throws Exception {
        flushing = true;
        lastBarrierOfInput = lastBarrier;
        send();
        if (!settings.isCommittedOnly() || stored == null) {
            drain();
        }
    }

    /** Waits until everything is delivered. */
    private void drain() throws InterruptedException, IOException {
        while (entries.size() + storedOnly > 0) {
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
        if (givingUp != null) {
            givingUp.cancel(false);
        }
        if (client != null) {
            client.close();
        }
        super.close();
    }
}

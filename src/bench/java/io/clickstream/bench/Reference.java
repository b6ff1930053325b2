package io.clickstream.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.OracleTally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.annotation.Nullable;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import samples.clickstream.avro.ClickEvent;

/**
 * Says by the {@link Oracle} what every peer must make of the first clicks of a block that comes
 * again and again.
 *
 * <p>Up to three blocks the oracle counts itself. Beyond, it counts three, and what it says of the
 * second comes again for each block more: no session is as long as a block, so that all in the
 * second depends only on the first three.
 */
final class Reference {

    /** Blocks whose results begin, repeat and end. */
    private static final int BLOCKS = 3;

    /** Users whose clicks are objects at the same time. */
    private static final int USERS_AT_A_TIME = 100_000;

    private static final Pattern TIMES =
            Pattern.compile("\"windowBeginTime\":(\\d+),\"windowEndTime\":(\\d+)\\}$");

    private static final Pattern CHECKOUT_VISITS =
            Pattern.compile("\"orderCheckoutEventCount\":\\d+");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SpecificDatumReader<ClickEvent> avro =
            new SpecificDatumReader<>(ClickEvent.class);
    @Nullable private BinaryDecoder decoder;

    private final Workload workload;
    private final ClickBlock block;
    private final List<Columns> partitions = new ArrayList<>();

    /** The decoded clicks of one partition's block, in the order in which they come. */
    private static final class Columns {
        private final int[] users;
        private final int[] times;
        private final String[] eventTypes;
        private final String[] departments;

        private Columns(int size) {
            users = new int[size];
            times = new int[size];
            eventTypes = new String[size];
            departments = new String[size];
        }
    }

    /**
     * What must come of a number of clicks.
     *
     * @param lines per aggregate
     * @param openSessions whose end the watermark behind the last click has not passed
     */
    record Answer(Map<ResultType, List<String>> lines, long openSessions) {

        /** What identifies the lines. */
        Map<ResultType, Digest> digests() {
            Map<ResultType, Digest> digests = new EnumMap<>(ResultType.class);
            lines.forEach((aggregate, list) -> digests.put(aggregate, Digest.of(list)));
            return digests;
        }

        /** The same for a peer that can't say {@code orderCheckoutEventCount}. */
        Answer withoutCheckoutVisits() {
            Map<ResultType, List<String>> fewer = new EnumMap<>(lines);
            fewer.computeIfPresent(
                    ResultType.CHECKOUTS,
                    (aggregate, list) ->
                            list.stream()
                                    .map(
                                            line ->
                                                    CHECKOUT_VISITS
                                                            .matcher(line)
                                                            .replaceFirst(
                                                                    "\"orderCheckoutEventCount\":0"))
                                    .toList());
            return new Answer(fewer, openSessions);
        }
    }

    /** Reads a block, with Avro's own reader or Jackson's tree. */
    Reference(Workload workload, ClickBlock block) throws IOException {
        this.workload = workload;
        this.block = block;
        for (int p = 0; p < block.partitions().size(); p++) {
            int size = Math.toIntExact(block.partitions().get(p).clicks());
            Columns columns = new Columns(size);
            ClickCursor cursor = block.read(p);
            for (int i = 0; i < size; i++) {
                ClickEvent event = read(cursor.next());
                columns.users[i] = event.getUserid();
                columns.times[i] =
                        Math.toIntExact(event.getEventtimestamp() - Workload.FIRST_MILLIS);
                columns.eventTypes[i] = event.getEventType().intern();
                columns.departments[i] = event.getProductType().intern();
            }
            partitions.add(columns);
        }
    }

    private ClickEvent read(byte[] click) throws IOException {
        if (block.format() == ClickFormat.AVRO) {
            decoder = DecoderFactory.get().binaryDecoder(click, decoder);
            return avro.read(null, decoder);
        }
        JsonNode event = JSON.readTree(click);
        return new ClickEvent(
                event.get("ip").textValue(),
                event.get("eventtimestamp").longValue(),
                event.get("devicetype").textValue(),
                event.get("event_type").textValue(),
                event.get("product_type").textValue(),
                event.get("userid").intValue(),
                event.get("globalseq").longValue(),
                event.get("prevglobalseq").longValue());
    }

    /**
     * What must come of the first clicks.
     *
     * @param clicks at most three blocks of them, or a whole number of blocks
     */
    Answer expect(long clicks) {
        long blocks = clicks / block.clicks();
        if (clicks <= BLOCKS * block.clicks()) {
            return count(clicks);
        }
        if (clicks % block.clicks() != 0) {
            throw new IllegalArgumentException(
                    clicks + " clicks are more than three blocks, and not a number of blocks");
        }
        Answer three = count(BLOCKS * block.clicks());
        Map<ResultType, List<String>> lines = new EnumMap<>(ResultType.class);
        three.lines()
                .forEach((aggregate, list) -> lines.put(aggregate, repeat(list, blocks - BLOCKS)));
        return new Answer(lines, three.openSessions());
    }

    /** The lines of three blocks, with the second one repeated so many times more. */
    private List<String> repeat(List<String> lines, long times) {
        List<String> repeated = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = TIMES.matcher(line);
            if (!matcher.find()) {
                throw new IllegalStateException("a result without times: " + line);
            }
            long begin = Long.parseLong(matcher.group(1));
            long end = Long.parseLong(matcher.group(2));
            String head = line.substring(0, matcher.start());
            long blockIndex = (begin - Workload.FIRST_MILLIS) / block.blockMillis();
            if (blockIndex == 0) {
                repeated.add(line);
            } else if (blockIndex == 1) {
                for (long i = 0; i <= times; i++) {
                    repeated.add(shifted(head, begin, end, i));
                }
            } else {
                repeated.add(shifted(head, begin, end, times));
            }
        }
        return repeated;
    }

    private String shifted(String head, long begin, long end, long blocks) {
        long shift = blocks * block.blockMillis();
        return head
                + "\"windowBeginTime\":"
                + (begin + shift)
                + ",\"windowEndTime\":"
                + (end + shift)
                + '}';
    }

    /** Counts every click, however many there are. */
    Answer count(long clicks) {
        OracleTally tally = new OracleTally(workload.gap(), Workload.WINDOW);
        long watermark = watermark(clicks);
        long open = 0;
        for (int from = 0; from < workload.users(); from += USERS_AT_A_TIME) {
            for (List<OracleClick> ofUser : clicksOf(from, from + USERS_AT_A_TIME, clicks)) {
                for (List<OracleClick> session : Oracle.sessions(ofUser, workload.gap())) {
                    tally.add(session);
                    long end = session.get(session.size() - 1).time() + workload.gap().toMillis();
                    if (end - 1 > watermark) {
                        open++;
                    }
                }
            }
        }
        Expected expected = tally.expected();
        return new Answer(
                new EnumMap<>(
                        Map.of(
                                ResultType.DEPARTMENTS, expected.departments(),
                                ResultType.SESSIONS, expected.sessions(),
                                ResultType.CHECKOUTS, expected.checkouts())),
                open);
    }

    private List<List<OracleClick>> clicksOf(int fromUser, int toUser, long clicks) {
        List<List<OracleClick>> byUser = new ArrayList<>();
        for (int user = fromUser; user < Math.min(toUser, workload.users()); user++) {
            byUser.add(new ArrayList<>());
        }
        for (int p = 0; p < partitions.size(); p++) {
            Columns columns = partitions.get(p);
            int size = columns.users.length;
            long count = block.share(clicks, p);
            for (long i = 0; i < count; i++) {
                int at = (int) (i % size);
                int user = columns.users[at];
                if (user >= fromUser && user < toUser) {
                    byUser.get(user - fromUser)
                            .add(
                                    new OracleClick(
                                            (long) user,
                                            time(columns, i),
                                            columns.eventTypes[at],
                                            columns.departments[at]));
                }
            }
        }
        byUser.removeIf(List::isEmpty);
        return byUser;
    }

    /** The watermark behind the last click: that of the partition which is furthest behind. */
    private long watermark(long clicks) {
        long lowest = Long.MAX_VALUE;
        for (int p = 0; p < partitions.size(); p++) {
            long count = block.share(clicks, p);
            int size = partitions.get(p).users.length;
            long newest = Long.MIN_VALUE;
            // The newest is among the last block's worth of clicks.
            for (long i = Math.max(0, count - size); i < count; i++) {
                newest = Math.max(newest, time(partitions.get(p), i));
            }
            lowest = Math.min(lowest, newest);
        }
        return lowest - Workload.BOUND.toMillis() - 1;
    }

    private long time(Columns columns, long position) {
        int size = columns.users.length;
        return Workload.FIRST_MILLIS
                + position / size * block.blockMillis()
                + columns.times[(int) (position % size)];
    }
}

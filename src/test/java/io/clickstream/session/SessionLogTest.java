package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.LogSegments;
import io.clickstream.event.UserId;
import io.clickstream.event.VarBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SessionLogTest {

    private static final DepartmentNames NAMES = new DepartmentNames(1, Map.of());

    private final SessionRecords records = new SessionRecords(512 << 10);
    private final SessionCodec codec = new SessionCodec(records, NAMES);
    private final MemorySegments segments = new MemorySegments();

    /** Segments per key group. */
    private static final class MemorySegments implements LogSegments {
        private final Map<Integer, TreeMap<Integer, byte[]>> logs = new HashMap<>();

        @Override
        public void put(int keyGroup, int index, byte[] segment) {
            logs.computeIfAbsent(keyGroup, group -> new TreeMap<>()).put(index, segment);
        }

        @Override
        public void remove(int keyGroup, int index) {
            assertThat(logs.get(keyGroup).remove(index)).isNotNull();
        }

        long count() {
            return logs.values().stream().mapToLong(Map::size).sum();
        }
    }

    /** Whatever is written, removed and written anew: what is read is what is there. */
    @Property(tries = 100)
    void readsWhatIsThere(@ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int keyGroups) {
        Random random = new Random(seed);
        segments.logs.clear();
        SessionLog log = log(keyGroups);
        Map<UserId, Integer> expected = new HashMap<>();
        for (int checkpoint = random.nextInt(6); checkpoint >= 0; checkpoint--) {
            for (int i = random.nextInt(3_000); i > 0; i--) {
                UserId user = user(random.nextInt(2_000));
                if (random.nextInt(3) == 0) {
                    Integer head = expected.remove(user);
                    if (head != null) {
                        log.remove(head);
                    }
                } else {
                    int head = head(user, random.nextInt(1_000_000));
                    expected.put(user, head);
                    log.write(head, 1);
                }
            }
            if (random.nextInt(3) == 0) {
                log.startOver();
                for (int head : expected.values()) {
                    log.write(head, 1);
                }
                assertThat(log.isTooLong()).isFalse();
            }
            log.flush();
            if (random.nextInt(3) == 0) {
                log = log(keyGroups);
                assertThat(begins(read(log))).isEqualTo(begins(expected));
            }
        }
        assertThat(begins(read(log(keyGroups)))).isEqualTo(begins(expected));

        log.startOver();
        log.flush();

        assertThat(segments.count()).isZero();
        assertThat(log.bytes()).isZero();
    }

    /** The bytes of version 1, which must be read for as long as savepoints hold them. */
    @Example
    void readsTheBytesOfVersionOne() {
        String version1 =
                "01"
                        + "000d01c0a8f38496300000000000"
                        + "010361f1016e01c1a8f38496300000000000"
                        + "0204312e3530010000000000"
                        + "00"
                        + "000d00";
        segments.put(0, 0, HexFormat.of().parseHex(version1));

        Map<UserId, Integer> read = read(log(1));

        assertThat(begins(read))
                .isEqualTo(
                        Map.of(
                                UserId.ofString("añn"), 1_655_183_299_649L,
                                UserId.ofNumberLiteral("1.50"), 0L));
    }

    /** The bytes of version 2, which must be read for as long as savepoints hold them. */
    @Example
    void readsTheBytesOfVersionTwo() {
        String version2 =
                "000201"
                        + "000d01c0a8f3849630000000000000"
                        + "010361f1016e01c1a8f3849630000000000000"
                        + "0204312e353001000000000000"
                        + "00"
                        + "000d00";
        segments.put(0, 0, HexFormat.of().parseHex(version2));

        Map<UserId, Integer> read = read(log(1));

        assertThat(begins(read))
                .isEqualTo(
                        Map.of(
                                UserId.ofString("añn"), 1_655_183_299_649L,
                                UserId.ofNumberLiteral("1.50"), 0L));
    }

    /** The bytes of version 3, which must be read for as long as savepoints hold them. */
    @Example
    void readsTheBytesOfVersionThree() {
        String version3 =
                "000301"
                        + "000d01c0a8f3849630000000000000"
                        + "010361f1016e01c1a8f3849630000000000000"
                        + "0204312e353001000000000000"
                        + "00"
                        + "000d00";
        segments.put(0, 0, HexFormat.of().parseHex(version3));

        assertThat(begins(read(log(1))))
                .isEqualTo(
                        Map.of(
                                UserId.ofString("añn"), 1_655_183_299_649L,
                                UserId.ofNumberLiteral("1.50"), 0L));
    }

    /** The bytes of version 4. */
    @Example
    void readsTheBytesOfVersionFour() {
        SessionLog log = log(1);
        int first = head(UserId.ofNumber(-7), 1_655_183_299_648L);
        log.write(first, 1);
        log.write(head(UserId.ofString("añn"), 1_655_183_299_649L), 1);
        log.write(head(UserId.ofNumberLiteral("1.50"), 0), 1);
        log.remove(first);
        log.flush();
        String version4 =
                "000401"
                        + "000d01c0a8f38496300000000000000000"
                        + "010361f1016e01c1a8f38496300000000000000000"
                        + "0204312e3530010000000000000000"
                        + "00"
                        + "000d00";

        byte[] segment = segments.logs.get(0).get(0);

        assertThat(HexFormat.of().formatHex(segment)).isEqualTo(version4);
        Map<UserId, Integer> read = read(log(1));
        assertThat(begins(read))
                .isEqualTo(
                        Map.of(
                                UserId.ofString("añn"), 1_655_183_299_649L,
                                UserId.ofNumberLiteral("1.50"), 0L));
    }

    @Example
    void handsALargeSegmentOverBeforeTheCheckpoint() {
        SessionLog log = log(128);
        int head = head(UserId.ofNumber(7), 1_655_183_299_648L);

        for (int i = 0; i < 10_000; i++) {
            log.write(head, 1);
        }

        long bytes = log.takeBytesWritten();
        assertThat(segments.count()).isGreaterThanOrEqualTo(2);
        assertThat(bytes).isBetween(65_000L, 200_000L);
        assertThat(log.takeUsersWritten()).isEqualTo(10_000);
        assertThat(read(log(128))).hasSize(1);
    }

    @Example
    void refusesAnEntryOfAnUnknownKind() {
        VarBytes bytes = new VarBytes();
        bytes.put(1);
        bytes.put(9);

        assertThatThrownBy(() -> log(1).restore(0, List.of(bytes.take()), (user, newest) -> true))
                .hasMessage("State has a user id of kind 9, which this version does not know");
    }

    private SessionLog log(int keyGroups) {
        return new SessionLog(keyGroups, records, codec, NAMES.writer(), segments);
    }

    private Map<UserId, Integer> read(SessionLog log) {
        Map<UserId, Integer> read = new HashMap<>();
        Set<Integer> groups = new HashSet<>(segments.logs.keySet());
        for (int group : groups) {
            log.restore(
                    group,
                    new ArrayList<>(segments.logs.get(group).values()),
                    (user, newest) -> {
                        if (newest == SessionRecords.NONE) {
                            read.remove(user);
                        } else {
                            read.put(user, newest);
                        }
                        return true;
                    });
        }
        return read;
    }

    private Map<UserId, Long> begins(Map<UserId, Integer> users) {
        Map<UserId, Long> begins = new HashMap<>();
        users.forEach((user, head) -> begins.put(user, records.begin(head)));
        return begins;
    }

    private int head(UserId user, long begin) {
        int head = records.open(begin);
        records.setHead(head, user);
        return head;
    }

    private static UserId user(int number) {
        return switch (number % 4) {
            case 0 -> UserId.ofString("user \ud800 " + number);
            case 1 -> UserId.ofNumberLiteral(number + ".50");
            case 2 -> UserId.ofNumber(-number);
            default -> UserId.ofNumber(number);
        };
    }
}

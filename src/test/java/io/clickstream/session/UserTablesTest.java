package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.SpilledUsers;
import io.clickstream.event.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The two tables of users against the library's collections, through growing and shrinking. */
class UserTablesTest {

    @Property(tries = 50)
    void openUsersAreFoundUntilTheyAreRemoved(@ForAll long seed) {
        Random random = new Random(seed);
        SessionRecords records = new SessionRecords(512 << 10);
        OpenUsers table = new OpenUsers(records);
        Map<UserId, Integer> expected = new HashMap<>();
        int range = 1 + random.nextInt(20_000);
        for (int i = 0; i < 20_000; i++) {
            // Grows at first and then shrinks.
            boolean add = random.nextInt(20_000) > i;
            UserId id = id(random.nextInt(range));
            int found = table.get(id, OpenUsers.hash(id));
            assertThat(found).isEqualTo(expected.getOrDefault(id, SessionRecords.NONE));
            if (found != SessionRecords.NONE) {
                assertThat(records.user(found)).isEqualTo(id);
            }
            if (add && found == SessionRecords.NONE) {
                int head = records.open(i);
                table.add(id, OpenUsers.hash(id), head);
                expected.put(id, head);
            } else if (!add && found != SessionRecords.NONE) {
                table.remove(found);
                expected.remove(id);
            }
        }
        assertThat(table.size()).isEqualTo(expected.size());
        Set<Integer> all = new HashSet<>();
        table.forEach(all::add);
        assertThat(all).isEqualTo(new HashSet<>(expected.values()));
        assertThat(records.end()).isLessThanOrEqualTo(range);
    }

    @Property(tries = 50)
    void spilledUsersAreKnownUntilTheyAreRemoved(@ForAll long seed) {
        Random random = new Random(seed);
        SpilledUsers table = new SpilledUsers();
        Set<UserId> expected = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            boolean add = random.nextInt(20_000) > i;
            UserId id = id(random.nextInt(15_000));
            assertThat(table.mayContain(id)).isEqualTo(expected.contains(id));
            if (add && expected.add(id)) {
                table.add(id);
            } else if (!add && expected.remove(id)) {
                table.remove(id);
            }
        }
        assertThat(table.size()).isEqualTo(expected.size());
    }

    @Example
    void aUserWhoWasNeverSpilledCantBeRemoved() {
        assertThatThrownBy(() -> new SpilledUsers().remove(UserId.ofNumber(7)))
                .hasMessage("User 7 was never added");
    }

    @Example
    void aUserWhoHasClickedSinceIsPutIntoTheBucketOfTheNewEnd() {
        SessionRecords records = new SessionRecords(512 << 10);
        ExpiryBuckets expiry = new ExpiryBuckets(1_000, 6, records, new OpenUsers(records));
        int user = user(records, 1);
        List<Long> closings = new ArrayList<>();

        expiry.arm(user, 1_010);
        records.add(user, 234, null, 0, false);
        List<Long> armed = new ArrayList<>();
        for (long time : new long[] {500, 958, 959, 1_020, 1_214, 1_215, 1_232, 1_233, 1_300}) {
            expiry.advance(
                    time,
                    each -> {
                        closings.add(time);
                        return SessionRecords.NOT_ARMED;
                    });
            armed.add(records.armed(user));
        }

        // The bucket of 1,010 is from 960 on, that of 1,234 from 1,216 on.
        long none = SessionRecords.NOT_ARMED;
        assertThat(armed).containsExactly(15L, 15L, 19L, 19L, 19L, 19L, 19L, none, none);
        assertThat(closings).containsExactly(1_233L);
        assertThat(expiry.isEmpty()).isTrue();
    }

    @Example
    void aUserWithAnOlderSessionLeftIsClosedAgain() {
        SessionRecords records = new SessionRecords(512 << 10);
        ExpiryBuckets expiry = new ExpiryBuckets(1_000, 6, records, new OpenUsers(records));
        int user = user(records, 1);
        List<Long> closings = new ArrayList<>();
        expiry.arm(user, 1_000);
        for (long time : new long[] {998, 999, 5_000, 7_000}) {
            expiry.advance(
                    time,
                    each -> {
                        closings.add(time);
                        return time == 999 ? 6_000 : SessionRecords.NOT_ARMED;
                    });
        }

        assertThat(closings).containsExactly(999L, 7_000L);
        assertThat(expiry.isEmpty()).isTrue();
    }

    @Example
    void anEarlierEndCountsAndTheOldEntryIsPassedOver() {
        SessionRecords records = new SessionRecords(512 << 10);
        ExpiryBuckets expiry = new ExpiryBuckets(1_000, 6, records, new OpenUsers(records));
        int user = user(records, 1);
        expiry.arm(user, 5_000);
        expiry.arm(user, 1_000);
        expiry.arm(user, 3_000);
        List<Integer> looks = new ArrayList<>();

        expiry.advance(
                10_000,
                each -> {
                    looks.add(each);
                    return SessionRecords.NOT_ARMED;
                });

        assertThat(looks).containsExactly(user);
    }

    @Example
    void aRecordThatIsUsedAgainIsLookedAtOnceAfterPruning() {
        SessionRecords records = new SessionRecords(512 << 10);
        ExpiryBuckets expiry = new ExpiryBuckets(1_000, 6, records, new OpenUsers(records));
        int gone = user(records, 1);
        expiry.arm(gone, 1_000);
        records.free(gone);
        int user = user(records, 2);
        expiry.arm(user, 1_010);
        int left = user(records, 3);
        expiry.arm(left, 1_020);
        records.free(left);
        List<Integer> looks = new ArrayList<>();

        expiry.prune();
        expiry.advance(
                1_000,
                each -> {
                    looks.add(each);
                    return 1_010;
                });

        assertThat(user).isEqualTo(gone);
        assertThat(looks).containsExactly(user);
    }

    private static int user(SessionRecords records, int number) {
        int head = records.open(0);
        records.setHead(head, id(number));
        return head;
    }

    private static UserId id(int number) {
        if (number % 5 == 0) {
            return UserId.ofString(colliding(number));
        }
        return number % 3 == 0 ? UserId.ofString("user " + number) : UserId.ofNumber(number);
    }

    /** All of them have the same hash code. */
    private static String colliding(int number) {
        StringBuilder id = new StringBuilder();
        for (int bit = 0; bit < 15; bit++) {
            id.append((number >> bit & 1) == 0 ? "Aa" : "BB");
        }
        return id.toString();
    }
}

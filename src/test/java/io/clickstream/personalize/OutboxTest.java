package io.clickstream.personalize;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Interaction;
import io.clickstream.personalize.Outbox.Call;
import io.clickstream.personalize.Outbox.Parcel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is sent when, with a random number that is always 1: waits are as long as they can be. */
class OutboxTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Outbox outbox = new Outbox(MINUTE, () -> 1);
    private final List<String> left = new ArrayList<>();

    @Test
    void callsAreOfOneUserAndSessionWithTheOldestTenFirst() {
        List<Interaction> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(of("ann", "1", "a" + i));
            all.add(of("bob", "1", "b" + i));
        }
        all.add(of("ann", "2", "c"));
        all.add(of(null, "1", "d"));
        add("all", all);

        assertThat(ids(outbox.next(0))).containsExactlyElementsOf(numbered("a", 0, 10));
        assertThat(ids(outbox.next(0))).containsExactlyElementsOf(numbered("b", 0, 10));
        assertThat(ids(outbox.next(0))).containsExactly("c");
        assertThat(ids(outbox.next(0))).containsExactly("d");
        assertThat(outbox.next(0)).isNull();
        assertThat(outbox.held()).isEqualTo(26);
    }

    @Test
    void userAndSessionAreNotMixedUp() {
        add("all", List.of(of("a", "1b", "x"), of("a1", "b", "y"), of("", "a1b", "z")));

        assertThat(ids(outbox.next(0))).containsExactly("x");
        assertThat(ids(outbox.next(0))).containsExactly("y");
        assertThat(ids(outbox.next(0))).containsExactly("z");
    }

    @Test
    void theNextCallOfASessionWaitsForTheOneBefore() {
        add("first", List.of(of("ann", "1", "a")));
        Call first = outbox.next(0);
        add("second", List.of(of("ann", "1", "b")));
        assertThat(outbox.next(0)).isNull();

        outbox.delivered(first);

        assertThat(left).containsExactly("first");
        Call second = outbox.next(0);
        assertThat(ids(second)).containsExactly("b");
        outbox.delivered(second);
        assertThat(left).containsExactly("first", "second");
        assertThat(outbox.held()).isZero();
        assertThat(outbox.all()).isEmpty();
    }

    @Test
    void aFailedCallGoesFirstAndWaitsLongerEachTimeWhileOthersGoOn() {
        add("all", List.of(of("ann", "1", "a"), of("bob", "1", "b"), of("cid", "1", "c")));
        Call ann = outbox.next(0);
        assertThat(ann.isRetry()).isFalse();
        outbox.failed(ann, 0);
        add("more", List.of(of("ann", "1", "a2")));

        outbox.delivered(outbox.next(0));
        assertThat(ids(outbox.next(0))).containsExactly("c");
        assertThat(outbox.next(199)).isNull();
        Call again = outbox.next(200);
        assertThat(ids(again)).containsExactly("a", "a2");
        assertThat(again.isRetry()).isTrue();
        outbox.failed(again, 200);
        assertThat(outbox.next(599)).isNull();
        assertThat(ids(outbox.next(600))).containsExactly("a", "a2");
    }

    @Test
    void waitsHaveJitterOfHalfTheirLength() {
        Outbox quick = new Outbox(MINUTE, () -> 0);
        quick.add(List.of(of("ann", "1", "a")), () -> {});
        quick.failed(quick.next(0), 0);

        assertThat(quick.next(99)).isNull();
        assertThat(quick.next(100)).isNotNull();
    }

    @Test
    void inAnOutageThereIsOneCallAtATimeUntilOneSucceeds() {
        List<Interaction> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(of("user" + i, "1", "e" + i));
        }
        add("all", all);
        for (int i = 0; i < 3; i++) {
            outbox.failed(outbox.next(0), 0);
        }

        // For a second it may be an accident.
        outbox.failed(outbox.next(999), 1_000);

        assertThat(outbox.next(1_399)).isNull();
        Call probe = outbox.next(1_400);
        assertThat(probe).isNotNull();
        assertThat(outbox.next(1_400)).isNull();
        outbox.failed(probe, 1_500);
        assertThat(outbox.next(2_299)).isNull();
        outbox.delivered(outbox.next(2_300));
        assertThat(outbox.next(2_300)).isNotNull();
        assertThat(outbox.next(2_300)).isNotNull();
    }

    @Test
    void aServiceThatTakesSomeCallsIsNotAway() {
        List<Interaction> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(of("user" + i, "1", "e" + i));
        }
        add("all", all);
        for (int i = 0; i < 50; i++) {
            Call call = outbox.next(100L * i);
            if (i % 5 == 4) {
                outbox.delivered(call);
            } else {
                outbox.failed(call, 100L * i);
            }
        }

        assertThat(outbox.next(5_000)).isNotNull();
        assertThat(outbox.next(5_000)).as("not one at a time").isNotNull();
    }

    @Test
    void ofARefusedCallEachIsSentAloneAndTheOneAtFaultIsHandedOut() {
        add("all", List.of(of("ann", "1", "a"), of("ann", "1", "b"), of("ann", "1", "c")));
        assertThat(outbox.refused(outbox.next(0))).isNull();
        add("more", List.of(of("ann", "1", "d"), of("ann", "1", "e")));

        Call first = outbox.next(0);
        assertThat(ids(first)).containsExactly("a");
        outbox.delivered(first);
        Call second = outbox.next(0);
        assertThat(ids(second)).containsExactly("b");
        Parcel refused = outbox.refused(second);
        assertThat(refused.interactions()).containsExactly(of("ann", "1", "b"));
        assertThat(idsOf(outbox.all())).containsExactly("b", "c", "d", "e");
        outbox.stored(refused);
        Call third = outbox.next(0);
        assertThat(ids(third)).containsExactly("c");
        outbox.delivered(third);
        assertThat(ids(outbox.next(0))).containsExactly("d", "e");
        assertThat(left).containsExactly("all");
    }

    @Test
    void isSpilledAfterAMinuteOfFailuresButForCallsUnderWay() {
        add("all", List.of(of("ann", "1", "a"), of("bob", "1", "b"), of("cid", "1", "c")));
        Call ann = outbox.next(1_000);
        outbox.failed(outbox.next(1_000), 3_000);
        assertThat(outbox.shouldSpill(62_999)).isFalse();
        assertThat(outbox.shouldSpill(63_000)).isTrue();

        Parcel parcel = outbox.takeToSpill(63_000);

        assertThat(idsOf(parcel.interactions())).containsExactly("b", "c");
        assertThat(idsOf(outbox.all())).containsExactly("b", "c", "a");
        outbox.stored(parcel);
        assertThat(idsOf(outbox.all())).containsExactly("a");
        // The next file, of what has come since, a while later.
        outbox.failed(ann, 64_000);
        assertThat(outbox.shouldSpill(72_999)).isFalse();
        assertThat(outbox.shouldSpill(73_000)).isTrue();
        outbox.delivered(outbox.next(73_000));
        assertThat(outbox.shouldSpill(999_999)).isFalse();
        assertThat(left).containsExactly("all");
    }

    @Test
    void isSpilledEarlierWhenItIsFullAndNothingButFailuresCome() {
        List<Interaction> all = new ArrayList<>();
        for (int i = 0; i < Outbox.MAX_HELD; i++) {
            all.add(of("ann", Integer.toString(i), "e" + i));
        }
        add("all", all);
        assertThat(outbox.isFull()).isTrue();
        assertThat(outbox.shouldSpill(5_000)).isFalse();
        outbox.failed(outbox.next(5_000), 5_000);

        assertThat(outbox.shouldSpill(5_999)).isFalse();
        assertThat(outbox.shouldSpill(6_000)).isTrue();
        outbox.stored(outbox.takeToSpill(6_000));
        // Full again: the next file does not wait for its time.
        add("again", all);
        outbox.failed(outbox.next(60_000), 60_000);
        assertThat(outbox.shouldSpill(61_000)).isTrue();
    }

    @Test
    void withAllUnderWayThereIsNothingToSpill() {
        add("all", List.of(of("ann", "1", "a"), of("bob", "1", "b")));
        Call ann = outbox.next(0);
        outbox.failed(outbox.next(0), 0);
        Call bob = outbox.next(200);
        assertThat(outbox.shouldSpill(100_000)).isFalse();

        outbox.failed(bob, 100_000);

        assertThat(outbox.shouldSpill(100_000)).isTrue();
        assertThat(outbox.takeToSpill(100_000).interactions()).containsExactly(of("bob", "1", "b"));
        assertThat(ann.interactions()).containsExactly(of("ann", "1", "a"));
    }

    @Test
    void whatCouldNotBeSpilledGoesBackToTheFront() {
        add("all", List.of(of("ann", "1", "a"), of("bob", "1", "b"), of("ann", "1", "a2")));
        outbox.failed(outbox.next(0), 0);
        Parcel parcel = outbox.takeToSpill(60_000);
        add("more", List.of(of("ann", "1", "a3")));
        // It must not overtake what may come back.
        assertThat(outbox.next(60_000)).isNull();
        assertThat(idsOf(outbox.all())).containsExactly("a", "a2", "b", "a3");

        outbox.notStored(parcel, 70_000);

        assertThat(outbox.shouldSpill(74_999)).isFalse();
        assertThat(outbox.shouldSpill(75_000)).isTrue();

        assertThat(idsOf(outbox.all())).containsExactlyInAnyOrder("a", "a2", "a3", "b");
        assertThat(ids(outbox.next(60_000))).containsExactly("b");
        assertThat(ids(outbox.next(60_000))).containsExactly("a", "a2", "a3");
    }

    /** A random service, spills that fail at random: all arrives, in the order of its session. */
    @Test
    void nothingIsLostOrChangesPlacesWhateverHappens() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Outbox box = new Outbox(Duration.ofSeconds(2), random::nextDouble);
            List<String> sent = new ArrayList<>();
            Map<String, List<Integer>> arrived = new HashMap<>();
            Map<String, List<Integer>> delivered = new HashMap<>();
            List<Call> underWay = new ArrayList<>();
            List<Parcel> parcels = new ArrayList<>();
            List<Parcel> spills = new ArrayList<>();
            int[] batches = {0};
            long now = 0;
            while (sent.size() < 500 || box.held() > 0) {
                now += random.nextInt(200);
                boolean outage = now / 10_000 % 2 == 1 && sent.size() < 500;
                if (sent.size() < 500 && random.nextInt(3) == 0) {
                    List<Interaction> batch = new ArrayList<>();
                    for (int i = random.nextInt(30); i >= 0; i--) {
                        String session = "s" + random.nextInt(7);
                        batch.add(of("ann", session, Integer.toString(sent.size())));
                        sent.add(session);
                    }
                    batches[0]++;
                    box.add(batch, () -> batches[0]--);
                }
                if (box.shouldSpill(now)) {
                    Parcel spill = box.takeToSpill(now);
                    parcels.add(spill);
                    spills.add(spill);
                }
                Call next = box.next(now);
                if (next != null) {
                    underWay.add(next);
                }
                if (!underWay.isEmpty() && random.nextBoolean()) {
                    Call call = underWay.remove(random.nextInt(underWay.size()));
                    int dice = random.nextInt(6);
                    if (outage || dice == 0) {
                        box.failed(call, now);
                    } else if (dice == 1) {
                        Parcel refused = box.refused(call);
                        if (refused != null) {
                            parcels.add(refused);
                        }
                    } else {
                        arrive(call.interactions(), arrived);
                        arrive(call.interactions(), delivered);
                        box.delivered(call);
                    }
                }
                if (!parcels.isEmpty() && random.nextInt(3) == 0) {
                    Parcel parcel = parcels.remove(0);
                    if (random.nextInt(3) == 0) {
                        parcels.add(parcel);
                    } else if (spills.remove(parcel) && random.nextBoolean()) {
                        box.notStored(parcel, now);
                    } else {
                        arrive(parcel.interactions(), arrived);
                        box.stored(parcel);
                    }
                }
                assertThat(box.all()).hasSize(box.held());
            }
            assertThat(batches[0]).isZero();
            List<Integer> all = new ArrayList<>();
            arrived.values().forEach(all::addAll);
            assertThat(all).hasSize(sent.size()).doesNotHaveDuplicates();
            assertThat(delivered.values()).allSatisfy(ids -> assertThat(ids).isSorted());
        }
    }

    private static void arrive(List<Interaction> some, Map<String, List<Integer>> arrived) {
        for (Interaction each : some) {
            List<Integer> ofSession =
                    arrived.computeIfAbsent(each.session(), key -> new ArrayList<>());
            ofSession.add(Integer.parseInt(each.eventId()));
        }
    }

    private void add(String name, List<Interaction> interactions) {
        outbox.add(interactions, () -> left.add(name));
    }

    private static Interaction of(String user, String session, String id) {
        return Interaction.of(id, 1_655_183_298_630L, "View", "item")
                .user(user)
                .session(session)
                .build();
    }

    private static List<String> numbered(String prefix, int from, int to) {
        List<String> ids = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ids.add(prefix + i);
        }
        return ids;
    }

    private static List<String> ids(Call call) {
        return idsOf(call.interactions());
    }

    private static List<String> idsOf(List<Interaction> interactions) {
        return interactions.stream().map(Interaction::eventId).toList();
    }
}

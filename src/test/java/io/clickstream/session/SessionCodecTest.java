package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.VarBytes;
import io.clickstream.funnel.Funnel;
import io.clickstream.funnel.StepTimes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class SessionCodecTest {

    private static final UserId ANN = UserId.ofString("ann");
    private static final long GAP = 1_000;
    private static final long BASE = 1_655_183_299_648L;
    private static final String[] DEPARTMENTS = {"AirPods", "cameras", "Möbel", "学", "laptops"};

    private final DepartmentNames names = new DepartmentNames(1, Map.of());
    private final SessionRecords records =
            new SessionRecords(
                    512 << 10,
                    new StepTimes(
                            new Funnel(
                                    List.of(
                                            new Funnel.Step("view", Set.of("view"), false),
                                            new Funnel.Step("paid", Set.of("paid"), false)),
                                    null)));
    private final OpenUsers users = new OpenUsers(records);
    private final SessionCodec codec = new SessionCodec(records, names);

    /** The bytes of version 1, which must be read for as long as savepoints hold them. */
    @Example
    void readsTheBytesOfVersionOne() {
        int user = ann();
        add(user, BASE, "AirPods", false);
        add(user, BASE + 300, "cameras", false);
        add(user, BASE + 200, null, true);
        add(user, BASE + 5_000, null, false);
        String version1 = "01" + "02c8cff38496300000000000c0a8f3849630ac02c9010101ac02020102";

        int read = decode(codec, HexFormat.of().parseHex(version1));

        assertThat(close(read, names)).isEqualTo(close(user, names)).hasSize(2);
        // The events were not stored: one at least, or the visits.
        assertThat(records.events(read)).isEqualTo(1);
        assertThat(records.events(records.older(read))).isEqualTo(2);
    }

    /** The bytes of version 2. */
    @Example
    void readsTheBytesOfVersionTwo() {
        int user = ann();
        add(user, BASE, "AirPods", false);
        add(user, BASE + 300, "cameras", false);
        add(user, BASE + 200, null, true);
        add(user, BASE + 5_000, null, false);
        String version2 =
                "000201" + "02c8cff3849630000000010000c0a8f3849630ac02c901010301ac02020102";

        int read = decode(codec, HexFormat.of().parseHex(version2));

        assertThat(close(read, names)).isEqualTo(close(user, names)).hasSize(2);
        assertThat(records.events(read)).isEqualTo(1);
        assertThat(records.events(records.older(read))).isEqualTo(3);
    }

    /** The bytes of version 3. */
    @Example
    void readsTheBytesOfVersionThree() {
        int user = ann();
        add(user, BASE, "AirPods", false);
        add(user, BASE + 300, "cameras", false);
        add(user, BASE + 200, null, true);
        add(user, BASE + 5_000, null, false);
        String version3 =
                "000301" + "02c8cff3849630000000010000c0a8f3849630ac02c901010301d804040102";

        int read = decode(codec, HexFormat.of().parseHex(version3));

        assertThat(close(read, names)).isEqualTo(close(user, names)).hasSize(2);
        assertThat(records.events(read)).isEqualTo(1);
        assertThat(records.events(records.older(read))).isEqualTo(3);
    }

    /** The bytes of version 4. */
    @Example
    void readsTheBytesOfVersionFour() {
        int user = ann();
        add(user, BASE, "AirPods", false);
        records.addStep(records.latest(), 0, BASE);
        add(user, BASE + 300, "cameras", false);
        add(user, BASE + 200, null, true);
        records.addStep(records.latest(), 1, BASE + 200);
        records.addKnown(records.latest(), UserId.ofNumber(7), BASE + 1);
        add(user, BASE + 5_000, null, false);
        String version4 =
                "000401"
                        + "02c8cff38496300000000100000000"
                        + "c0a8f3849630ac02c901010301d80404010202000001c80101000e01";

        byte[] stored = encode(codec, user);

        assertThat(HexFormat.of().formatHex(stored)).isEqualTo(version4);
        int read = decode(codec, stored);
        assertThat(close(read, names)).isEqualTo(close(user, names)).hasSize(2);
        assertThat(close(read, names).get(0).hasStepTimes()).isFalse();
        assertThat(close(read, names).get(1).stepTime(1)).isEqualTo(BASE + 200);
        assertThat(close(read, names).get(1).shownUser()).isEqualTo(UserId.ofNumber(7));
    }

    /** The funnel was taken out of the job. */
    @Example
    void leavesOutStepsWithoutAFunnel() {
        int user = ann();
        add(user, BASE, "AirPods", false);
        records.addStep(records.latest(), 0, BASE);
        byte[] stored = encode(codec, user);
        SessionRecords without = new SessionRecords(512 << 10);

        int read = decode(new SessionCodec(without, names), stored);

        assertThat(without.stepTimes(read)).isEmpty();
        assertThat(without.close(read, ANN, GAP, names).hasStepTimes()).isFalse();
    }

    @Example
    void refusesALaterVersion() {
        byte[] later = HexFormat.of().parseHex("000501");

        assertThatThrownBy(() -> decode(codec, later))
                .hasMessage(
                        "Open sessions were written in version 5 of their layout; this job reads"
                                + " up to 4");
    }

    @Property(tries = 1000)
    void readsWhatItWrote(@ForAll long seed) {
        Random random = new Random(seed);
        int user = ann();
        long time = BASE;
        for (int i = random.nextInt(60); i >= 0; i--) {
            time += random.nextInt(1_500) - 300;
            add(
                    user,
                    time,
                    random.nextInt(3) == 0 ? null : DEPARTMENTS[random.nextInt(5)],
                    random.nextInt(20) == 0);
        }

        int read = decode(codec, encode(codec, user));

        assertThat(close(read, names)).isEqualTo(close(user, names));
        assertThat(events(read)).isEqualTo(events(user));
    }

    @Example
    void aSessionOfTheLabTakesLessThan120Bytes() {
        int user = ann();
        for (int i = 0; i < 39; i++) {
            add(user, BASE + i * 28L, DEPARTMENTS[i % 5], false);
        }

        // The log adds 11 bytes at most: kind of id and id.
        assertThat(encode(codec, user)).hasSizeLessThan(120 - 11);
    }

    @Example
    void namesBeyondTheLimitAreHeldBySessions() {
        for (int i = 0; i < 5_000; i++) {
            names.number("department " + i);
        }
        int user = ann();
        add(user, BASE, "Möbel", false);
        add(user, BASE, "department 7", false);

        int read = decode(codec, encode(codec, user));

        assertThat(names.number("Möbel")).isEqualTo(DepartmentNames.NO_NUMBER);
        assertThat(close(read, names)).isEqualTo(close(user, names));
    }

    @Example
    void namesOfAnotherWriterAreKeptAsLongAsASessionRefersToThem() {
        int user = ann();
        add(user, BASE, "Möbel", false);
        byte[] ofWriter1 = encode(codec, user);
        DepartmentNames after =
                new DepartmentNames(3, Map.of(1, List.of("Möbel"), 2, List.of("unused")));

        int read = decode(new SessionCodec(records, after), ofWriter1);

        assertThat(close(read, after)).isEqualTo(close(user, names));
        assertThat(after.lists()).isEqualTo(Map.of(1, List.of("Möbel"), 3, List.of("Möbel")));
    }

    @Example
    void missingNamesAreAnError() {
        int user = ann();
        add(user, BASE, "Möbel", false);
        byte[] ofWriter1 = encode(codec, user);

        SessionCodec elsewhere = new SessionCodec(records, new DepartmentNames(2, Map.of()));

        assertThatThrownBy(() -> decode(elsewhere, ofWriter1))
                .hasMessage("No department 1 of writer 1 is known");
    }

    private byte[] encode(SessionCodec with, int user) {
        VarBytes out = new VarBytes();
        SessionCodec.Origin.write(1, out);
        with.encode(user, users.sessionCount(user), out);
        return out.take();
    }

    private static int decode(SessionCodec with, byte[] stored) {
        VarBytes in = new VarBytes(stored);
        return with.decode(in, SessionCodec.Origin.read(in));
    }

    /** A user with a session at {@link #BASE} that has no event yet. */
    private int ann() {
        return records.open(BASE);
    }

    private void add(int user, long time, String department, boolean checkout) {
        int number = department == null ? 0 : names.number(department);
        users.addClick(user, time, department, number, checkout, GAP, true);
    }

    private List<Long> events(int user) {
        List<Long> events = new ArrayList<>();
        for (int session = user; session != SessionRecords.NONE; ) {
            events.add(records.events(session));
            session = records.older(session);
        }
        return events;
    }

    private List<Session> close(int user, DepartmentNames with) {
        List<Session> sessions = new ArrayList<>();
        for (int session = user; session != SessionRecords.NONE; ) {
            sessions.add(records.close(session, ANN, GAP, with));
            session = records.older(session);
        }
        return sessions;
    }
}

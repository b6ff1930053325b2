package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class SessionCodecTest {

    private static final UserId ANN = UserId.ofString("ann");
    private static final long GAP = 1_000;
    private static final long BASE = 1_655_183_299_648L;
    private static final String[] DEPARTMENTS = {"AirPods", "cameras", "Möbel", "学", "laptops"};

    private final DepartmentNames names = new DepartmentNames(1, Map.of());
    private final SessionRecords records = new SessionRecords();
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
        String version1 = "02c8cff38496300000000000c0a8f3849630ac02c9010101ac02020102";

        byte[] stored = encode(codec, user);

        assertThat(HexFormat.of().formatHex(stored)).isEqualTo(version1);
        assertThat(close(codec.decode(new VarBytes(stored), 1), names))
                .isEqualTo(close(user, names))
                .hasSize(2);
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

        int read = codec.decode(new VarBytes(encode(codec, user)), 1);

        assertThat(close(read, names)).isEqualTo(close(user, names));
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

        int read = codec.decode(new VarBytes(encode(codec, user)), 1);

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

        int read = new SessionCodec(records, after).decode(new VarBytes(ofWriter1), 1);

        assertThat(close(read, after)).isEqualTo(close(user, names));
        assertThat(after.lists()).isEqualTo(Map.of(1, List.of("Möbel"), 3, List.of("Möbel")));
    }

    @Example
    void missingNamesAreAnError() {
        int user = ann();
        add(user, BASE, "Möbel", false);
        byte[] ofWriter1 = encode(codec, user);

        SessionCodec elsewhere = new SessionCodec(records, new DepartmentNames(2, Map.of()));

        assertThatThrownBy(() -> elsewhere.decode(new VarBytes(ofWriter1), 1))
                .hasMessage("No department 1 of writer 1 is known");
    }

    private byte[] encode(SessionCodec with, int user) {
        VarBytes out = new VarBytes();
        with.encode(user, users.sessionCount(user), out);
        return out.take();
    }

    /** A user with a session at {@link #BASE} that has no event yet. */
    private int ann() {
        return records.open(BASE);
    }

    private void add(int user, long time, String department, boolean checkout) {
        int number = department == null ? 0 : names.number(department);
        users.click(user, time, department, number, checkout, GAP, true);
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

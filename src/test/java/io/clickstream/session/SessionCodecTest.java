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

    /** The bytes of version 1, which must be read for as long as savepoints hold them. */
    @Example
    void readsTheBytesOfVersionOne() {
        OpenUser user = user();
        add(user, BASE, "AirPods", false);
        add(user, BASE + 300, "cameras", false);
        add(user, BASE + 200, null, true);
        add(user, BASE + 5_000, null, false);
        String version1 = "0102c8cff38496300000000000c0a8f3849630ac02c9010101ac02020102";

        StoredSessions stored = new SessionCodec(names).encode(user);

        assertThat(HexFormat.of().formatHex(stored.bytes())).isEqualTo(version1);
        OpenUser read = user();
        new SessionCodec(names).decode(stored, read);
        assertThat(close(read, names)).isEqualTo(close(user, names)).hasSize(2);
    }

    @Property(tries = 1000)
    void readsWhatItWrote(@ForAll long seed) {
        Random random = new Random(seed);
        OpenUser user = user();
        long time = BASE;
        for (int i = random.nextInt(60); i >= 0; i--) {
            time += random.nextInt(1_500) - 300;
            add(
                    user,
                    time,
                    random.nextInt(3) == 0 ? null : DEPARTMENTS[random.nextInt(5)],
                    random.nextInt(20) == 0);
        }
        SessionCodec codec = new SessionCodec(names);

        OpenUser read = user();
        codec.decode(codec.encode(user), read);

        assertThat(close(read, names)).isEqualTo(close(user, names));
    }

    @Example
    void aSessionOfTheLabTakesLessThan120Bytes() {
        OpenUser user = user();
        for (int i = 0; i < 39; i++) {
            add(user, BASE + i * 28L, DEPARTMENTS[i % 5], false);
        }

        // The key adds 11 bytes: key group, kind of id and id.
        assertThat(new SessionCodec(names).encode(user).bytes()).hasSizeLessThan(120 - 11);
    }

    @Example
    void namesBeyondTheLimitAreHeldBySessions() {
        for (int i = 0; i < 5_000; i++) {
            names.number("department " + i);
        }
        OpenUser user = user();
        add(user, BASE, "Möbel", false);
        add(user, BASE, "department 7", false);
        SessionCodec codec = new SessionCodec(names);

        OpenUser read = user();
        codec.decode(codec.encode(user), read);

        assertThat(names.number("Möbel")).isEqualTo(DepartmentNames.NO_NUMBER);
        assertThat(close(read, names)).isEqualTo(close(user, names));
    }

    @Example
    void namesOfAnotherWriterAreKeptAsLongAsASessionRefersToThem() {
        OpenUser user = user();
        add(user, BASE, "Möbel", false);
        StoredSessions ofWriter1 = new SessionCodec(names).encode(user);
        DepartmentNames after =
                new DepartmentNames(3, Map.of(1, List.of("Möbel"), 2, List.of("unused")));

        OpenUser read = user();
        new SessionCodec(after).decode(ofWriter1, read);
        StoredSessions ofWriter3 = new SessionCodec(after).encode(read);

        assertThat(close(read, after)).isEqualTo(close(user, names));
        assertThat(after.lists()).isEqualTo(Map.of(1, List.of("Möbel"), 3, List.of("Möbel")));
        assertThat(ofWriter3.bytes()[0]).isEqualTo((byte) 3);
    }

    @Example
    void missingNamesAreAnError() {
        OpenUser user = user();
        add(user, BASE, "Möbel", false);
        StoredSessions ofWriter1 = new SessionCodec(names).encode(user);

        SessionCodec elsewhere = new SessionCodec(new DepartmentNames(2, Map.of()));

        assertThatThrownBy(() -> elsewhere.decode(ofWriter1, user()))
                .hasMessage("No department 1 of writer 1 is known");
    }

    private void add(OpenUser user, long time, String department, boolean checkout) {
        int number = department == null ? 0 : names.number(department);
        user.add(time, department, number, checkout, GAP, true);
    }

    private static OpenUser user() {
        return new OpenUser(ANN, OpenUsers.hash(ANN));
    }

    private static List<Session> close(OpenUser user, DepartmentNames names) {
        List<Session> sessions = new ArrayList<>();
        OpenSession newest = user.newest();
        user.closeDue(Long.MAX_VALUE, GAP, names, sessions::add);
        user.setNewest(newest);
        return sessions;
    }
}

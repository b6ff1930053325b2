package io.clickstream.session;

import io.clickstream.event.UserBytes;
import io.clickstream.event.UserId;
import io.clickstream.event.VarBytes;
import io.clickstream.funnel.StepTimes;
import java.nio.charset.StandardCharsets;

/**
 * Open sessions of a user as few bytes. All numbers are unsigned varints:
 *
 * <pre>
 *   number of sessions, then for each, from the newest to the oldest:
 *     begin, ms since the epoch
 *     last − begin
 *     last checkout − begin + 1; 0 without one
 *     visits up to the last checkout
 *     events
 *     number of times of later visits, then for each, ascending:
 *       twice the time − the one before, or − begin for the first; plus 1 where the time has more
 *         than one visit
 *       number of visits, where the time has more than one
 *     twice the number of departments; plus 1 where others are left out
 *     for each department its number; 0 is followed by the name: length and UTF-16 units
 *     where others are left out: the smallest of them, as a name; the number of hashes; then for
 *       each, ascending, the hash − the one before
 *     number of times of steps of the funnel, then for each, ascending by step and time:
 *       the step, from 0 on
 *       time − begin
 *     1 if a user is known, else 0; then for the user:
 *       the user, as UserBytes writes it
 *       time − begin
 * </pre>
 *
 * <p>In front of one user's sessions, or of a segment of the log, stand a 0, the version, and the
 * writer of the department numbers.
 *
 * <p>Earlier versions are read. Up to version 3, there were no steps and no known users. Up to
 * version 2, the later visits were a time for each, as the time − the one before; the number of
 * departments was not doubled, none was left out; and a name without a number was a length and
 * UTF-8. In version 1 there were no events, and the writer, who is never 0, stood alone in front.
 */
final class SessionCodec {

    private static final int VERSION_1 = 1;
    private static final int VERSION_2 = 2;
    private static final int VERSION_3 = 3;
    private static final int VERSION = 4;

    private static final long UNKNOWN = -1;

    /** How sessions were written, and by whom. */
    static final class Origin {
        private final int version;
        private final int writer;

        private Origin(int version, int writer) {
            this.version = version;
            this.writer = writer;
        }

        int writer() {
            return writer;
        }

        /**
         * @param writer whose department numbers follow
         */
        static void write(int writer, VarBytes out) {
            out.put(0);
            out.put(VERSION);
            out.put(writer);
        }

        /**
         * @throws IllegalStateException if a later version wrote the bytes
         */
        static Origin read(VarBytes in) {
            int first = (int) in.get();
            if (first != 0) {
                return new Origin(VERSION_1, first);
            }
            int version = (int) in.get();
            if (version > VERSION) {
                throw new IllegalStateException(
                        "Open sessions were written in version "
                                + version
                                + " of their layout; this job reads up to "
                                + VERSION);
            }
            return new Origin(version, (int) in.get());
        }
    }

    private final SessionRecords records;
    private final DepartmentNames names;
    private long[] times = new long[64];
    private long[] counts = new long[64];
    private int next;

    SessionCodec(SessionRecords records, DepartmentNames names) {
        this.records = records;
        this.names = names;
    }

    void encode(int head, int sessionCount, VarBytes out) {
        out.put(sessionCount);
        for (int session = head; session != SessionRecords.NONE; ) {
            encode(session, out);
            session = records.older(session);
        }
    }

    private void encode(int session, VarBytes out) {
        long begin = records.begin(session);
        out.put(begin);
        out.put(records.last(session) - begin);
        long checkout = records.lastCheckout(session);
        out.put(checkout == SessionRecords.NO_CHECKOUT ? 0 : checkout - begin + 1);
        out.put(records.visitsUpToCheckout(session));
        out.put(records.events(session));
        encodeVisits(session, out);
        encodeDepartments(session, out);
        long[] steps = records.stepTimes(session);
        out.put(steps.length);
        for (long each : steps) {
            out.put(StepTimes.step(each));
            out.put(StepTimes.time(each) - begin);
        }
        UserId known = records.known(session);
        out.put(known == null ? 0 : 1);
        if (known != null) {
            UserBytes.write(known.number(), known.text() == null ? null : known, out);
            out.put(records.knownTime(session) - begin);
        }
    }

    private void encodeVisits(int session, VarBytes out) {
        int size = records.laterTimeCount(session);
        if (size > times.length) {
            times = new long[2 * size];
            counts = new long[2 * size];
        }
        next = 0;
        records.forEachLaterVisit(
                session,
                (time, count) -> {
                    times[next] = time;
                    counts[next++] = count;
                });
        if (size <= SessionRecords.MAX_INLINE_VISITS) {
            // Those in the record are in no order, and one visit each.
            sort(size);
        }
        out.put(size);
        long before = records.begin(session);
        for (int i = 0; i < size; i++) {
            boolean one = counts[i] == 1;
            out.put((times[i] - before) << 1 | (one ? 0 : 1));
            if (!one) {
                out.put(counts[i]);
            }
            before = times[i];
        }
    }

    /** Few entries, mostly in order. */
    private void sort(int size) {
        for (int i = 1; i < size; i++) {
            long time = times[i];
            long count = counts[i];
            int to = i;
            for (; to > 0 && times[to - 1] > time; to--) {
                times[to] = times[to - 1];
                counts[to] = counts[to - 1];
            }
            times[to] = time;
            counts[to] = count;
        }
    }

    private void encodeDepartments(int session, VarBytes out) {
        long bits = records.departmentBits(session);
        OtherDepartments others = records.otherDepartments(session);
        DistinctCount leftOut = others.leftOut();
        out.put((long) (Long.bitCount(bits) + others.size()) << 1 | (leftOut == null ? 0 : 1));
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            out.put(Long.numberOfTrailingZeros(rest) + 1);
        }
        others.forEach(
                department -> {
                    int number = names.number(department);
                    out.put(number);
                    if (number == DepartmentNames.NO_NUMBER) {
                        out.put(department);
                    }
                });
        if (leftOut == null) {
            return;
        }
        out.put(others.leftOutFrom());
        int hashes = leftOut.size();
        out.put(hashes);
        long before = 0;
        for (int i = 0; i < hashes; i++) {
            out.put(leftOut.hash(i) - before);
            before = leftOut.hash(i);
        }
    }

    /**
     * Reads sessions into new records.
     *
     * @param origin how they were written
     * @return the newest; {@link SessionRecords#NONE} if there are none
     * @throws IllegalStateException if the bytes refer to departments that are not known
     */
    int decode(VarBytes in, Origin origin) {
        names.use(origin.writer);
        int newest = SessionRecords.NONE;
        int newer = SessionRecords.NONE;
        for (long rest = in.get(); rest > 0; rest--) {
            int session = decodeOne(in, origin);
            if (newer == SessionRecords.NONE) {
                newest = session;
            } else {
                records.setOlder(newer, session);
            }
            newer = session;
        }
        return newest;
    }

    private int decodeOne(VarBytes in, Origin origin) {
        long begin = in.get();
        int session = records.open(begin);
        long last = begin + in.get();
        long checkout = in.get();
        long visitsUpToCheckout = in.get();
        long events = origin.version == VERSION_1 ? UNKNOWN : in.get();
        records.set(
                session,
                last,
                checkout == 0 ? SessionRecords.NO_CHECKOUT : begin + checkout - 1,
                visitsUpToCheckout,
                events == UNKNOWN ? 0 : events);
        decodeVisits(session, begin, in, origin);
        if (events == UNKNOWN) {
            // There were at least the visits.
            records.addEvents(
                    session, Math.max(1, visitsUpToCheckout + records.laterVisitCount(session)));
        }
        decodeDepartments(session, in, origin);
        if (origin.version > VERSION_3) {
            for (long rest = in.get(); rest > 0; rest--) {
                int step = (int) in.get();
                records.addStepOutOfOrder(session, step, begin + in.get());
            }
            if (in.get() != 0) {
                records.addKnown(session, UserBytes.read(in), begin + in.get());
            }
        }
        return session;
    }

    private void decodeVisits(int session, long begin, VarBytes in, Origin origin) {
        long before = begin;
        for (long rest = in.get(); rest > 0; rest--) {
            long next = in.get();
            if (origin.version <= VERSION_2) {
                before += next;
                records.addVisit(session, before);
            } else {
                before += next >>> 1;
                records.addVisits(session, before, (next & 1) == 0 ? 1 : in.get());
            }
        }
    }

    private void decodeDepartments(int session, VarBytes in, Origin origin) {
        int writer = origin.writer;
        long size = in.get();
        boolean leftOut = origin.version > VERSION_2 && (size & 1) != 0;
        for (long rest = origin.version > VERSION_2 ? size >>> 1 : size; rest > 0; rest--) {
            int number = (int) in.get();
            String department =
                    number == DepartmentNames.NO_NUMBER
                            ? unnumbered(in, origin)
                            : names.name(writer, number);
            records.addDepartment(
                    session,
                    department,
                    writer == names.writer() ? number : names.number(department));
        }
        if (leftOut) {
            String from = in.getText();
            DistinctCount hashes = new DistinctCount();
            long before = 0;
            for (long rest = in.get(); rest > 0; rest--) {
                before += in.get();
                hashes.add(before);
            }
            records.leaveOutDepartments(session, from, hashes);
        }
    }

    private static String unnumbered(VarBytes in, Origin origin) {
        return origin.version <= VERSION_2
                ? new String(in.getBytes(), StandardCharsets.UTF_8)
                : in.getText();
    }
}

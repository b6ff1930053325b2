package io.clickstream.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Open sessions of a user as few bytes. All numbers are unsigned varints:
 *
 * <pre>
 *   number of sessions, then for each, from the newest to the oldest:
 *     begin, ms since the epoch
 *     last − begin
 *     last checkout − begin + 1; 0 without one
 *     visits up to the last checkout
 *     events, from version 2 on
 *     number of later visits, then the first − begin, and each of the others − the one before
 *     number of departments, then for each its number; 0 is followed by a length and UTF-8
 * </pre>
 *
 * <p>In front of one user's sessions, or of a segment of the log, stand a 0, the version, and the
 * writer of the department numbers. In version 1 the writer, who is never 0, stood alone.
 */
final class SessionCodec {

    private static final int VERSION_1 = 1;
    private static final int VERSION = 2;

    private static final long UNKNOWN = -1;

    /** How sessions were written, and by whom. */
    static final class Origin {
        private final int version;
        private final int writer;

        private Origin(int version, int writer) {
            this.version = version;
            this.writer = writer;
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
        long bits = records.departmentBits(session);
        String[] others = records.otherDepartments(session);
        out.put(Long.bitCount(bits) + others.length);
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            out.put(Long.numberOfTrailingZeros(rest) + 1);
        }
        for (String department : others) {
            int number = names.number(department);
            out.put(number);
            if (number == DepartmentNames.NO_NUMBER) {
                out.put(department.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void encodeVisits(int session, VarBytes out) {
        int visits = records.laterVisitCount(session);
        if (visits > times.length) {
            times = new long[2 * visits];
        }
        for (int i = 0; i < visits; i++) {
            times[i] = records.laterVisit(session, i);
        }
        Arrays.sort(times, 0, visits);
        out.put(visits);
        long before = records.begin(session);
        for (int i = 0; i < visits; i++) {
            out.put(times[i] - before);
            before = times[i];
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
        int writer = origin.writer;
        long begin = in.get();
        int session = records.open(begin);
        long last = begin + in.get();
        long checkout = in.get();
        long visitsUpToCheckout = in.get();
        long events = origin.version == VERSION_1 ? UNKNOWN : in.get();
        long later = in.get();
        records.set(
                session,
                last,
                checkout == 0 ? SessionRecords.NO_CHECKOUT : begin + checkout - 1,
                visitsUpToCheckout,
                // There were at least the visits.
                events == UNKNOWN ? Math.max(1, visitsUpToCheckout + later) : events);
        long before = begin;
        for (long rest = later; rest > 0; rest--) {
            before += in.get();
            records.addVisit(session, before);
        }
        for (long rest = in.get(); rest > 0; rest--) {
            int number = (int) in.get();
            String department =
                    number == DepartmentNames.NO_NUMBER
                            ? new String(in.getBytes(), StandardCharsets.UTF_8)
                            : names.name(writer, number);
            records.addDepartment(
                    session,
                    department,
                    writer == names.writer() ? number : names.number(department));
        }
        return session;
    }
}

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
 *     number of later visits, then the first − begin, and each of the others − the one before
 *     number of departments, then for each its number; 0 is followed by a length and UTF-8
 * </pre>
 *
 * <p>This is version 1, the one of {@link StoredSessionsSerializer}.
 */
final class SessionCodec {

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
     * @param writer whose department numbers they are
     * @return the newest; {@link SessionRecords#NONE} if there are none
     * @throws IllegalStateException if the bytes refer to departments that are not known
     */
    int decode(VarBytes in, int writer) {
        names.use(writer);
        int newest = SessionRecords.NONE;
        int newer = SessionRecords.NONE;
        for (long rest = in.get(); rest > 0; rest--) {
            int session = decodeOne(in, writer);
            if (newer == SessionRecords.NONE) {
                newest = session;
            } else {
                records.setOlder(newer, session);
            }
            newer = session;
        }
        return newest;
    }

    private int decodeOne(VarBytes in, int writer) {
        long begin = in.get();
        int session = records.open(begin);
        long last = begin + in.get();
        long checkout = in.get();
        records.set(
                session,
                last,
                checkout == 0 ? SessionRecords.NO_CHECKOUT : begin + checkout - 1,
                in.get());
        long before = begin;
        for (long rest = in.get(); rest > 0; rest--) {
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

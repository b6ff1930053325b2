package io.clickstream.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Open sessions of a user as few bytes. All numbers are unsigned varints (7 bits a byte, the lowest
 * first):
 *
 * <pre>
 *   writer of the department numbers
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

    private final DepartmentNames names;
    private byte[] buffer = new byte[256];
    private int position;

    SessionCodec(DepartmentNames names) {
        this.names = names;
    }

    StoredSessions encode(OpenUser user) {
        position = 0;
        put(names.writer());
        put(user.sessionCount());
        for (OpenSession session = user.newest(); session != null; session = session.older) {
            put(session);
        }
        return new StoredSessions(Arrays.copyOf(buffer, position));
    }

    private void put(OpenSession session) {
        long begin = session.begin();
        put(begin);
        put(session.last() - begin);
        put(
                session.lastCheckout() == OpenSession.NO_CHECKOUT
                        ? 0
                        : session.lastCheckout() - begin + 1);
        put(session.visitsUpToCheckout());
        int visits = session.laterVisitCount();
        put(visits);
        long[] times = session.sortedLaterVisits();
        long before = begin;
        for (int i = 0; i < visits; i++) {
            put(times[i] - before);
            before = times[i];
        }
        long bits = session.departmentBits();
        String[] others = session.otherDepartments();
        put(Long.bitCount(bits) + others.length);
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            put(Long.numberOfTrailingZeros(rest) + 1);
        }
        for (String department : others) {
            int number = names.number(department);
            put(number);
            if (number == DepartmentNames.NO_NUMBER) {
                put(department.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /**
     * Reads sessions into a user that has none.
     *
     * @throws IllegalStateException if the bytes refer to departments that are not known
     */
    void decode(StoredSessions stored, OpenUser into) {
        buffer = stored.bytes();
        position = 0;
        try {
            int writer = (int) get();
            names.use(writer);
            int count = (int) get();
            OpenSession newer = null;
            for (int i = 0; i < count; i++) {
                OpenSession session = session(writer);
                if (newer == null) {
                    into.setNewest(session);
                } else {
                    newer.older = session;
                }
                newer = session;
            }
        } finally {
            // The bytes are the state's own.
            buffer = new byte[256];
        }
    }

    private OpenSession session(int writer) {
        long begin = get();
        long last = begin + get();
        long checkout = get();
        long visitsUpToCheckout = get();
        long[] laterVisits = new long[(int) get()];
        long before = begin;
        for (int i = 0; i < laterVisits.length; i++) {
            laterVisits[i] = before + get();
            before = laterVisits[i];
        }
        OpenSession session =
                new OpenSession(
                        begin,
                        last,
                        checkout == 0 ? OpenSession.NO_CHECKOUT : begin + checkout - 1,
                        visitsUpToCheckout,
                        laterVisits);
        for (int departments = (int) get(); departments > 0; departments--) {
            int number = (int) get();
            String department =
                    number == DepartmentNames.NO_NUMBER ? text() : names.name(writer, number);
            session.addDepartment(
                    department, writer == names.writer() ? number : names.number(department));
        }
        return session;
    }

    private void put(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[position++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        buffer[position++] = (byte) rest;
    }

    private void put(byte[] bytes) {
        put(bytes.length);
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, position, bytes.length);
        position += bytes.length;
    }

    private void reserve(int length) {
        if (position + length > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, position + length));
        }
    }

    private long get() {
        long value = 0;
        int shift = 0;
        byte next;
        do {
            next = buffer[position++];
            value |= (next & 0x7fL) << shift;
            shift += 7;
        } while (next < 0);
        return value;
    }

    private String text() {
        int length = (int) get();
        String text = new String(buffer, position, length, StandardCharsets.UTF_8);
        position += length;
        return text;
    }
}

package io.clickstream.bench.json;

import io.clickstream.event.StringPool;
import io.clickstream.event.UserId;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickFields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Finds the four fields of the lab's clicks, and checks nothing: the limit for decoders of JSON. It
 * goes from quote to quote, eight bytes at a time, and takes it for granted that there are no
 * blanks, no escapes, no nested values, no name twice, and no number below zero. It stops at the
 * last of the four fields.
 */
public final class LabFieldFinder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long QUOTES = '"' * ONES;

    private static final int FIELDS = 4;

    // The first eight bytes of each name, of which the last may be its closing quote.
    private static final long USER = head("userid\":");
    private static final long TIME = head("eventtimestamp");
    private static final long EVENT_TYPE = head("event_type");
    private static final long DEPARTMENT = head("product_type");

    private transient StringPool pool;

    private static long head(String name) {
        return (long) LONG.get(name.getBytes(StandardCharsets.US_ASCII), 0);
    }

    @Override
    public void decode(byte[] record, ClickFields fields) {
        if (pool == null) {
            pool = new StringPool();
        }
        int found = 0;
        // Behind the opening quote of a name.
        int at = 2;
        while (found < FIELDS) {
            long head = (long) LONG.get(record, at);
            int value = quote(record, at) + 2;
            if (record[value] == '"') {
                int begin = value + 1;
                int end = quote(record, begin);
                if (head == EVENT_TYPE) {
                    fields.setEventType(pool.ofUtf8(record, begin, end - begin));
                    found++;
                } else if (head == DEPARTMENT) {
                    fields.setDepartment(pool.ofUtf8(record, begin, end - begin));
                    found++;
                }
                at = end + 3;
            } else {
                long number = 0;
                while (record[value] >= '0') {
                    number = 10 * number + record[value++] - '0';
                }
                if (head == USER) {
                    fields.setUser(UserId.ofNumber(number));
                    found++;
                } else if (head == TIME) {
                    fields.setTime(number);
                    found++;
                }
                at = value + 2;
            }
        }
    }

    private static int quote(byte[] record, int from) {
        for (int at = from; ; at += Long.BYTES) {
            long others = (long) LONG.get(record, at) ^ QUOTES;
            long quotes = (others - ONES) & ~others & HIGH_BITS;
            if (quotes != 0) {
                return at + Long.numberOfTrailingZeros(quotes) / Byte.SIZE;
            }
        }
    }
}

package io.clickstream.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.annotation.Nullable;

/**
 * The records of a file that has not one per line: the elements of a JSON array, or objects one
 * behind the other, as Firehose writes them. Whether a record is JSON is left to the decoder; here
 * only its end is found.
 *
 * <p>A record that is cut off would take all that follows. So it ends at the end of a line within a
 * string, which JSON does not have, in front of a bracket where no value can be, and at a bracket
 * that closes one of the other kind. If quotes are missing, it ends at the next place where an
 * object ends and another one begins.
 */
final class JsonRecords implements FileRecords {

    /** How deeply brackets are told apart. The decoder takes no record that is nested deeper. */
    private static final int MAX_DEPTH = 1_000;

    private final InputStream in;
    private final boolean inArray;
    private final int maxBytes;
    private final byte[] buffer = new byte[LineRecords.BUFFER_BYTES];
    private int position;
    private int limit;

    /** Whether each open bracket of the record begins an object; else it begins an array. */
    private final boolean[] isObject = new boolean[MAX_DEPTH];

    /** Within the array of all records. */
    private boolean isOpen;

    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private long number;

    /**
     * @param inArray whether the records are the elements of an array
     * @param maxBytes what is kept of a record
     */
    JsonRecords(InputStream in, boolean inArray, int maxBytes) {
        this.in = in;
        this.inArray = inArray;
        this.maxBytes = maxBytes;
    }

    /** Finds the end of an object, exclusive; -1 if it does not end here. */
    static int endOfObject(byte[] bytes, int from) {
        int depth = 0;
        boolean inString = false;
        for (int i = from; i < bytes.length; i++) {
            byte each = bytes[i];
            if (inString) {
                if (each == '\\') {
                    i++;
                } else if (each == '"') {
                    inString = false;
                } else if (each == '\n') {
                    return -1;
                }
            } else if (each == '"') {
                inString = true;
            } else if (each == '{' || each == '[') {
                depth++;
            } else if (each == '}' || each == ']') {
                depth--;
                if (depth == 0) {
                    return i + 1;
                }
            }
        }
        return -1;
    }

    @Override
    @Nullable
    public byte[] next() throws IOException {
        int first = skipToValue();
        if (first < 0) {
            return null;
        }
        number++;
        record.reset();
        if (first == '{' || first == '[') {
            readNested();
        } else {
            readOther();
        }
        return record.toByteArray();
    }

    /** The first byte of the next value, which is still to be read; -1 at the end. */
    private int skipToValue() throws IOException {
        int next = peek();
        while (next >= 0 && (next <= ' ' || next == ',' || isBracketOfArray(next))) {
            position++;
            next = peek();
        }
        return next;
    }

    /** Whether a bracket begins or ends the array of all records, and is none of a record. */
    private boolean isBracketOfArray(int next) {
        boolean isBracket = inArray && (isOpen ? next == ']' : next == '[');
        isOpen ^= isBracket;
        return isBracket;
    }

    private void readNested() throws IOException {
        int depth = 0;
        int arrays = 0;
        boolean inString = false;
        int before = ':';
        while (true) {
            int next = peek();
            if (next < 0) {
                return;
            }
            if (inString) {
                if (next == '\n') {
                    return;
                }
                take();
                if (next == '\\') {
                    if (peek() >= 0) {
                        take();
                    }
                } else if (next == '"') {
                    inString = false;
                    before = '"';
                }
                continue;
            }
            if (next == '{' && !mayBeginValue(before, depth)) {
                return;
            }
            if (next == ']' && inArray && isOpen && arrays == 0) {
                // It is the end of the array of all records.
                return;
            }
            if (before == '"' && next > ' ' && ":,}]".indexOf(next) < 0) {
                readToNextObject();
                return;
            }
            take();
            if (next == '"') {
                inString = true;
            } else if (next == '{' || next == '[') {
                if (depth < MAX_DEPTH) {
                    isObject[depth] = next == '{';
                }
                arrays += next == '[' ? 1 : 0;
                depth++;
            } else if (next == '}' || next == ']') {
                arrays -= next == ']' ? 1 : 0;
                depth--;
                if (depth == 0 || (depth < MAX_DEPTH && isObject[depth] != (next == '}'))) {
                    return;
                }
            }
            if (next > ' ') {
                before = next;
            }
        }
    }

    /** Whether an object may follow a character outside of strings. */
    private boolean mayBeginValue(int before, int depth) {
        boolean isInObject = depth > 0 && depth <= MAX_DEPTH && isObject[depth - 1];
        return before == ':' || before == '[' || (before == ',' && !isInObject);
    }

    /** Up to the end of an object that another one or the end of the line follows. */
    private void readToNextObject() throws IOException {
        int before = 0;
        while (true) {
            int next = peek();
            if (next < 0 || next == '\n' || (before == '}' && (next == '{' || next == ','))) {
                return;
            }
            take();
            if (next > ' ') {
                before = next;
            }
        }
    }

    /** Anything but an object or an array, which is no click. */
    private void readOther() throws IOException {
        boolean isString = peek() == '"';
        take();
        while (true) {
            int next = peek();
            if (next < 0 || next == '\n') {
                return;
            }
            if (isString) {
                take();
                if (next == '\\' && peek() >= 0) {
                    take();
                } else if (next == '"') {
                    return;
                }
            } else if (next <= ' ' || ",{[]".indexOf(next) >= 0) {
                return;
            } else {
                take();
            }
        }
    }

    private int peek() throws IOException {
        if (position == limit) {
            limit = Math.max(0, in.read(buffer));
            position = 0;
        }
        return position < limit ? buffer[position] & 0xff : -1;
    }

    private void take() {
        byte next = buffer[position++];
        if (record.size() < maxBytes) {
            record.write(next);
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String unit() {
        return "records";
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

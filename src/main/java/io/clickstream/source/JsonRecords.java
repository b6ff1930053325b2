package io.clickstream.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.annotation.Nullable;

/**
 * Reads the records of a file that does not have one per line: the elements of a JSON array, or
 * concatenated objects, as Firehose writes them. This class finds only the end of a record; the
 * decoder checks whether it is JSON.
 *
 * <p>A truncated record must not swallow the records that follow. Therefore a record also ends at a
 * line end inside a string, which JSON does not allow, before a bracket where no value can be, and
 * at a closing bracket of the wrong kind. If quotes are missing, it ends at the next place where an
 * object ends and another one begins.
 */
final class JsonRecords implements FileRecords {

    /**
     * The nesting depth up to which brackets are distinguished. The decoder refuses deeper records.
     */
    private static final int MAX_DEPTH = 1_000;

    private final InputStream in;
    private final boolean inArray;
    private final int maxBytes;
    private final byte[] buffer = new byte[LineRecords.BUFFER_BYTES];
    private int position;
    private int limit;

    /** Whether each open bracket of the record is an object; otherwise it is an array. */
    private final boolean[] isObject = new boolean[MAX_DEPTH];

    /** Whether the array of all records is open. */
    private boolean isOpen;

    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private long number;

    /**
     * Creates a reader.
     *
     * @param inArray whether the records are the elements of an array
     * @param maxBytes the number of bytes that are kept of a record
     */
    JsonRecords(InputStream in, boolean inArray, int maxBytes) {
        this.in = in;
        this.inArray = inArray;
        this.maxBytes = maxBytes;
    }

    /** The end of an object, exclusive; -1 if it does not end here. */
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

    /** The first byte of the next value, which is not consumed; -1 at the end. */
    private int skipToValue() throws IOException {
        int next = peek();
        while (next >= 0 && (next <= ' ' || next == ',' || isBracketOfArray(next))) {
            position++;
            next = peek();
        }
        return next;
    }

    /** Whether a bracket belongs to the array of all records, and not to a record. */
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

    /** Whether an object may follow a character that is outside of strings. */
    private boolean mayBeginValue(int before, int depth) {
        boolean isInObject = depth > 0 && depth <= MAX_DEPTH && isObject[depth - 1];
        return before == ':' || before == '[' || (before == ',' && !isInObject);
    }

    /** Reads up to the end of an object that another object or a line end follows. */
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

    /** Reads anything other than an object or array; it is not a click. */
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

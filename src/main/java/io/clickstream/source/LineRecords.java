package io.clickstream.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import javax.annotation.Nullable;

/** Reads the lines of one file, without blank lines. */
final class LineRecords implements FileRecords {

    static final int BUFFER_BYTES = 128 * 1024;

    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private byte[] line = new byte[1024];
    private int lineLength;
    private long lineNumber;

    /**
     * Creates a reader.
     *
     * @param maxBytes the number of bytes that are kept of a line
     */
    LineRecords(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    @Override
    public String unit() {
        return "lines";
    }

    @Override
    public long number() {
        return lineNumber;
    }

    @Override
    @Nullable
    public byte[] next() throws IOException {
        while (true) {
            int end = LineEnds.next(buffer, position, limit);
            if (end < limit && end - position <= maxBytes) {
                // Nearly all lines are in the buffer as a whole.
                int begin = position;
                int length = lengthWithoutReturn(buffer, begin, end);
                position = end + 1;
                lineNumber++;
                if (!isBlank(buffer, begin, length)) {
                    return Arrays.copyOfRange(buffer, begin, begin + length);
                }
            } else if (!nextLine()) {
                return null;
            } else {
                int length = lengthWithoutReturn(line, 0, lineLength);
                if (!isBlank(line, 0, length)) {
                    return Arrays.copyOf(line, length);
                }
            }
        }
    }

    private boolean nextLine() throws IOException {
        lineLength = 0;
        boolean any = false;
        while (true) {
            if (position == limit) {
                limit = in.read(buffer);
                position = 0;
                if (limit <= 0) {
                    limit = 0;
                    lineNumber += any ? 1 : 0;
                    return any;
                }
            }
            any = true;
            int end = LineEnds.next(buffer, position, limit);
            append(position, end);
            if (end < limit) {
                position = end + 1;
                lineNumber++;
                return true;
            }
            position = limit;
        }
    }

    private void append(int from, int to) {
        int length = Math.min(to - from, maxBytes - lineLength);
        if (lineLength + length > line.length) {
            byte[] longer = new byte[Math.max(line.length * 2, lineLength + length)];
            System.arraycopy(line, 0, longer, 0, lineLength);
            line = longer;
        }
        System.arraycopy(buffer, from, line, lineLength, length);
        lineLength += length;
    }

    private static int lengthWithoutReturn(byte[] bytes, int begin, int end) {
        return (end > begin && bytes[end - 1] == '\r' ? end - 1 : end) - begin;
    }

    private static boolean isBlank(byte[] bytes, int begin, int length) {
        for (int i = begin; i < begin + length; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

package io.clickstream.source;

import java.io.IOException;
import java.io.InputStream;
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
        while (nextLine()) {
            if (!isBlank()) {
                byte[] bytes = new byte[lineLength];
                System.arraycopy(line, 0, bytes, 0, lineLength);
                return bytes;
            }
        }
        return null;
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
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
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

    private boolean isBlank() {
        if (lineLength > 0 && line[lineLength - 1] == '\r') {
            lineLength--;
        }
        for (int i = 0; i < lineLength; i++) {
            if (line[i] != ' ' && line[i] != '\t') {
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

package io.clickstream.sink.archive;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.event.ArchivedRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Writes lines such as {@code 2019/11/03 22:24:19.281,6}: a record's time in UTC, and one of its
 * fields. A line end in the field becomes {@code \n} or {@code \r}, and a backslash is doubled.
 */
final class LogLines implements LineFormat<ArchivedRecord> {

    private static final long serialVersionUID = 1L;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final JsonPointer text;
    private final RecordTime<ArchivedRecord> time;

    /**
     * Creates a format.
     *
     * @param text the field; if a record lacks it, the line has only the time
     * @param time the time that also selects the folder
     */
    LogLines(JsonPointer text, RecordTime<ArchivedRecord> time) {
        this.text = text;
        this.time = time;
    }

    @Override
    public String suffix() {
        return ".log";
    }

    @Override
    public void write(ArchivedRecord record, OutputStream out) throws IOException {
        String line =
                TIME.format(Instant.ofEpochMilli(time.millis(record)))
                        + ','
                        + inOneLine(RecordFields.of(record).text(text))
                        + '\n';
        out.write(line.getBytes(StandardCharsets.UTF_8));
    }

    private static String inOneLine(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }
}

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
 * Lines such as {@code 2019/11/03 22:24:19.281,6}: a record's time in UTC and one of its fields. A
 * line's end in the field is written as {@code \n} or {@code \r}, and a backslash as two.
 */
final class LogLines implements LineFormat<ArchivedRecord> {

    private static final long serialVersionUID = 1L;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final JsonPointer text;
    private final RecordTime<ArchivedRecord> time;

    /**
     * @param text the field; of a record that lacks it there is a line with the time alone
     * @param time the same that picks the folder
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

package io.clickstream.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.ArchiveConfig;
import io.clickstream.config.ArchiveConfig.Layout;
import io.clickstream.config.JobConfig;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import io.clickstream.testing.PropertyGroups;
import java.time.Instant;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which folder a record is filed in. */
class TimeFoldersTest {

    @ParameterizedTest
    @CsvSource({
        "HOUR,2022-06-14T05:59:59.999Z,dt=2022-06-14/hour=05",
        "HOUR,2022-06-14T06:00:00Z,dt=2022-06-14/hour=06",
        "HOUR,2022-06-14T01:30:00+02:00,dt=2022-06-13/hour=23",
        "HOUR,1970-01-01T00:00:00Z,dt=1970-01-01/hour=00",
        "DAY,2024-02-29T23:59:59.999Z,dt=2024-02-29",
        "DAY,2024-12-31T23:59:59.999Z,dt=2024-12-31",
        "FIREHOSE,2022-06-14T05:08:18.630Z,2022/06/14/05"
    })
    void isThatOfTheHourOrTheDayInUtc(Layout layout, String time, String folder) throws Exception {
        TimeFolders<ArchivedRecord> folders =
                InstantiationUtil.clone(new TimeFolders<>(layout, ArchivedRecord::arrival));
        ArchivedRecord record = arrivesAt(time);

        assertThat(folders.of(record)).isEqualTo(folder);
        assertThat(folders.of(record)).isEqualTo(folder);
    }

    @Test
    void isTheSameStringForEveryRecordOfAnHour() {
        TimeFolders<ArchivedRecord> folders =
                new TimeFolders<>(Layout.HOUR, ArchivedRecord::arrival);
        String third = folders.of(arrivesAt("1970-01-01T03:00:00Z"));

        assertThat(folders.of(arrivesAt("1970-01-01T03:59:59.999Z"))).isSameAs(third);
        assertThat(folders.of(arrivesAt("1970-01-01T04:00:00Z"))).endsWith("hour=04");
        assertThat(folders.of(arrivesAt("1970-01-01T02:59:59.999Z"))).endsWith("hour=02");
        assertThat(folders.of(arrivesAt("1969-12-31T23:59:59.999Z")))
                .isEqualTo("dt=1969-12-31/hour=23");
        assertThat(folders.of(arrivesAt("1970-01-01T00:00:00Z"))).endsWith("hour=00");
        assertThat(folders.of(arrivesAt("1970-01-01T03:00:00.001Z"))).isSameAs(third);
    }

    @ParameterizedTest
    @CsvSource({
        "event-time,2022-06-14T05:00:00Z,2022-06-14T05:00:00Z",
        "event-time,2022-06-14T12:00:09Z,2022-06-14T12:00:09Z",
        "event-time,2022-06-12T12:00:00Z,2022-06-12T12:00:00Z",
        "event-time,2022-06-12T11:59:59.999Z,2022-06-14T12:00:00Z",
        "event-time,1970-01-01T00:00:00Z,2022-06-14T12:00:00Z",
        "event-time,,2022-06-14T12:00:00Z",
        "arrival,2022-06-14T05:00:00Z,2022-06-14T12:00:00Z"
    })
    void goesByEventTimeUnlessThereIsNoneThatCanBeTrusted(
            String partitionBy, Instant eventTime, Instant expected) {
        ArchiveConfig config =
                JobConfig.parse(
                                PropertyGroups.smallest()
                                        .with("sink.archive", "path", "s3://clicks/all")
                                        .with("sink.archive", "partition-by", partitionBy)
                                        .with("sink.archive", "max-age", "2 d")
                                        .build())
                        .archive()
                        .orElseThrow();
        ArchivedRecord record =
                new ArchivedRecord(
                        new byte[0],
                        eventTime == null ? ArchivedRecord.NO_TIME : eventTime.toEpochMilli(),
                        Instant.parse("2022-06-14T12:00:00Z").toEpochMilli());

        assertThat(RecordTime.of(config).millis(record)).isEqualTo(expected.toEpochMilli());
    }

    @Test
    void ofAMalformedRecordGoesByItsArrival() {
        RawRecord raw = new RawRecord("clicks", 0, 1, new byte[0]);
        DeadLetter letter = new DeadLetter(DeadLetter.Reason.MALFORMED, "no", raw, 7);

        assertThat(RecordTime.ofMalformed().millis(letter)).isEqualTo(7);
        raw.setArrival(5);
        assertThat(RecordTime.ofMalformed().millis(letter)).isEqualTo(5);
    }

    private static ArchivedRecord arrivesAt(String time) {
        return new ArchivedRecord(new byte[0], 0, Instant.parse(time).toEpochMilli());
    }
}

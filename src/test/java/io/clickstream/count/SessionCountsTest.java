package io.clickstream.count;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionCountsTest {

    private final SessionCounts counts = new SessionCounts(10_000);

    @ParameterizedTest
    @CsvSource({
        "1,0",
        "9999,0",
        "10000,0",
        "10001,10000",
        "20000,10000",
        "20001,20000",
        // Ends of sessions are never that early; windows are aligned there too.
        "0,-10000",
        "-9999,-10000",
        "-10000,-20000"
    })
    void countInTheWindowOfTheLastMillisecond(long end, long windowBegin) {
        counts.add(session(end, false));

        assertThat(open())
                .containsExactly(
                        new WindowCount(
                                WindowCount.TOTAL, windowBegin, windowBegin + 10_000, 1, 0));
    }

    @Test
    void addUpInAllAndPerDepartment() {
        counts.add(session(10_000, true, "Books", "Games"));
        counts.add(session(9_000, false, "Books"));
        counts.add(session(8_000, true));

        assertThat(open())
                .containsExactlyInAnyOrder(
                        new WindowCount(WindowCount.TOTAL, 0, 10_000, 3, 2),
                        new WindowCount("Books", 0, 10_000, 2, 1),
                        new WindowCount("Games", 0, 10_000, 1, 1));
    }

    @Test
    void addUpPartsOfOthers() {
        counts.add(session(10_000, true, "Books"));

        counts.add(new WindowCount("Books", 0, 10_000, 5, 2));
        counts.add(new WindowCount(WindowCount.TOTAL, 10_000, 20_000, 7, 3));

        assertThat(open())
                .containsExactlyInAnyOrder(
                        new WindowCount(WindowCount.TOTAL, 0, 10_000, 1, 1),
                        new WindowCount("Books", 0, 10_000, 6, 3),
                        new WindowCount(WindowCount.TOTAL, 10_000, 20_000, 7, 3));
    }

    @Test
    void closeWindowsAtTheirLastMillisecond() {
        counts.add(session(30_000, false));
        counts.add(session(10_000, false));
        counts.add(session(20_000, false));

        assertThat(closed(9_998)).isEmpty();
        assertThat(closed(9_999)).extracting(WindowCount::windowBegin).containsExactly(0L);
        assertThat(closed(9_999)).isEmpty();
        assertThat(closed(Long.MAX_VALUE))
                .extracting(WindowCount::windowBegin)
                .containsExactly(10_000L, 20_000L);
        assertThat(open()).isEmpty();
    }

    private List<WindowCount> closed(long watermark) {
        List<WindowCount> closed = new ArrayList<>();
        counts.close(watermark, closed::add);
        return closed;
    }

    private List<WindowCount> open() {
        List<WindowCount> open = new ArrayList<>();
        counts.forEach(open::add);
        return open;
    }

    private static Session session(long end, boolean checkout, String... departments) {
        return new Session(
                UserId.ofNumber(1), end - 1_000, end, departments.length, 0, checkout, departments);
    }
}

package io.clickstream.trend;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Trend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaneCountsTest {

    private final PaneCounts counts = new PaneCounts(10);
    private final List<Trend> out = new ArrayList<>();

    @Test
    void addsUpPerNameAndPane() {
        counts.add("Books", 100, 1);
        counts.add("Books", 109, 1);
        counts.add("Books", 110, 1);
        counts.add("cameras", 105, 3);

        counts.close(109, out::add);

        assertThat(out).containsExactlyInAnyOrder(count("Books", 2, 100), count("cameras", 3, 100));
        assertThat(counts.size()).isEqualTo(1);
    }

    @Test
    void closesAPaneAtItsLastMillisecond() {
        counts.add("Books", 100, 1);

        counts.close(108, out::add);
        assertThat(out).isEmpty();
        counts.close(109, out::add);

        assertThat(out).containsExactly(count("Books", 1, 100));
        counts.close(Long.MAX_VALUE, out::add);
        assertThat(out).hasSize(1);
    }

    @Test
    void knowsTheEndOfAPane() {
        assertThat(counts.paneEnd(100)).isEqualTo(110);
        assertThat(counts.paneEnd(109)).isEqualTo(110);
        assertThat(counts.paneEnd(0)).isEqualTo(10);
    }

    private static Trend count(String name, long count, long begin) {
        return new Trend(Trend.NOT_RANKED, name, count, begin, begin + 10);
    }
}

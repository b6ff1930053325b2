package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProduceProgressTest {

    @Test
    void theRateIsThatOfTheLastSeconds() {
        ProduceProgress progress = new ProduceProgress(10_000, 7_000);

        assertThat(progress.line(100, 98, 0, 8_000))
                .isEqualTo("0:01  sent 100 of 10,000 (100/s)  acknowledged 98  failed 0");
        assertThat(progress.line(300, 290, 1, 9_000))
                .isEqualTo("0:02  sent 300 of 10,000 (150/s)  acknowledged 290  failed 1");
        for (int second = 3; second <= 70; second++) {
            progress.line(300 + second, 300, 1, 7_000 + second * 1_000L);
        }
        assertThat(progress.line(371, 371, 1, 78_000))
                .isEqualTo("1:11  sent 371 of 10,000 (1/s)  acknowledged 371  failed 1");
    }

    @Test
    void withoutAnEndThereIsNoTotal() {
        assertThat(new ProduceProgress(Long.MAX_VALUE, 0).line(5, 5, 0, 500))
                .isEqualTo("0:00  sent 5 (10/s)  acknowledged 5  failed 0");
    }
}

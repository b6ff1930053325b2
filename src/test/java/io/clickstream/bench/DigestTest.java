package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DigestTest {

    @Test
    void doesNotDependOnTheOrder() {
        assertThat(Digest.of(List.of("a", "b", "a"))).isEqualTo(Digest.of(List.of("a", "a", "b")));
    }

    @Test
    void addsUpParts() {
        assertThat(Digest.of(List.of("a")).plus(Digest.of(List.of("b"))).plus(Digest.EMPTY))
                .isEqualTo(Digest.of(List.of("b", "a")));
    }

    @Test
    void tellsApartWhatSumsMightNot() {
        assertThat(Digest.of(List.of("a1", "b2"))).isNotEqualTo(Digest.of(List.of("a2", "b1")));
        assertThat(Digest.of(List.of("a", "a"))).isNotEqualTo(Digest.of(List.of("a")));
        assertThat(Digest.of(List.of("ab"))).isNotEqualTo(Digest.of(List.of("ba")));
    }
}

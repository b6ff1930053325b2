package io.clickstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpTextTest {

    private static final byte[] ADDRESS = {(byte) 192, 0, 2, 45};

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.45",
                "' 192.0.2.45 '",
                "unknown, 192.0.2.45:80 ,198.51.100.1",
                ",,192.0.2.45,",
            })
    void theClientIsTheFirstAddressOfAList(String text) {
        assertThat(IpText.client(text)).isEqualTo(ADDRESS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "','", "unknown", "a,b,"})
    void aListMayHaveNoClient(String text) {
        assertThat(IpText.client(text)).isNull();
    }

    /** A producer must not be able to make a list of a megabyte cost what its length is. */
    @Test
    void onlyTheBeginningOfALongListIsLookedAt() {
        String begin = "a,".repeat(506);
        assertThat(begin).hasSize(1012);

        assertThat(IpText.client(begin + "192.0.2.45")).isEqualTo(ADDRESS);
        assertThat(IpText.client(begin + "192.0.2.45,b" + ",b".repeat(1_000))).isEqualTo(ADDRESS);
        assertThat(IpText.client(begin + "a,a,192.0.2.45" + ",b".repeat(1_000))).isNull();
        assertThat(IpText.client("a,".repeat(1_000) + "192.0.2.45")).isNull();
        // It would be an address if it were cut off at the limit.
        assertThat(IpText.client("a" + begin + "a192.0.2.45".repeat(1_000))).isNull();
        assertThat(IpText.client(" ".repeat(1_014) + "192.0.2.45".repeat(1_000))).isNull();
    }
}

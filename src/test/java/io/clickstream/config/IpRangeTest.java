package io.clickstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpRangeTest {

    @ParameterizedTest
    @CsvSource({
        "66.249.64.0/19, 66.249.64.0, true",
        "66.249.64.0/19, 66.249.95.255, true",
        "66.249.64.0/19, 66.249.96.0, false",
        "66.249.64.0/19, 66.249.63.255, false",
        "66.249.64.0/19, 2001:db8::1, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8::/33, 2001:db8:7fff::, true",
        "2001:db8::/33, 2001:db8:8000::, false",
        "::/0, 2001:db9::, true",
        "::1, 0:0:0:0:0:0:0:1, true",
        "192.0.2.0/24, ::ffff:192.0.2.9, true",
    })
    void containsWhatBeginsWithTheSameBits(String range, String address, boolean contained) {
        assertThat(IpRange.parse(range).contains(IpRange.bytes(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "shop.example", "localhost", "192.0.2", "192.0.2.256", "192.0.2.01", "1",
                "192.0.2.1.1", "g::1", "2001:db8", ":::", "192.0.2.1:80", "fe80::1%eth0", "[::1]"
            })
    void knowsWhatIsNoAddress(String text) {
        assertThat(IpRange.bytes(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/x", "192.0.2.0/", "::/129"})
    void refusesWhatHasNoSuchBits(String text) {
        assertThatThrownBy(() -> IpRange.parse(text))
                .hasMessageStartingWith("has '" + text + "', whose prefix length is not between");
    }

    @Test
    void refusesWhatIsNoAddress() {
        assertThatThrownBy(() -> IpRange.parse("shop.example/8"))
                .hasMessage("has 'shop.example/8', which is not an IP address");
    }
}

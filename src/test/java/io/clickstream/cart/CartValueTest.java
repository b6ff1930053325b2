package io.clickstream.cart;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CartValueTest {

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "-0,0",
        "0e999999999,0",
        "7,7000000",
        "-7.5,-7500000",
        "19.99,19990000",
        "1.5e3,1500000000",
        "1E-6,1",
        "0.0000005,1",
        "-0.0000005,-1",
        "0.00000049,0",
        "1e-2147483647,0",
        "2.9999999,3000000",
        "999999999999.9999999,1000000000000000000",
        "-999999999999,-999999999999000000"
    })
    void areMillionths(String literal, long millionths) {
        assertThat(CartValue.parse(literal)).isEqualTo(millionths);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1e12", "1000000000000", "-1e2147483647", "1e99999999999"})
    void areNoneIfTheyAreNoNumberOrTooGreat(String literal) {
        assertThat(CartValue.parse(literal)).isEqualTo(CartValue.NONE);
    }

    @Test
    void mayBeAbsent() {
        assertThat(CartValue.parse(null)).isEqualTo(CartValue.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1,0.000001",
        "-1500000,-1.5",
        "100000000,100",
        "1000000000000000000000,1000000000000000"
    })
    void haveNoMoreDecimalsThanTheyNeed(String millionths, String decimal) {
        assertThat(CartValue.toDecimal(new BigDecimal(millionths)))
                .isEqualTo(new BigDecimal(decimal))
                .hasToString(decimal);
    }
}

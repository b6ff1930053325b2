package io.clickstream.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.testing.PropertyGroups;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpPrivacyTest {

    private static final String SALT = "0123456789abcdef";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "66.249.1.133|66.249.1.0",
                "255.255.255.255|255.255.255.0",
                "2001:db8:85a3:8d3:1319:8a2e:370:7348|2001:db8:85a3::",
                "::1|0:0:0::",
                "::ffff:192.0.2.7|192.0.2.0",
                "203.0.113.9, 10.1.2.3,2001:db8::9|203.0.113.0, 10.1.2.0, 2001:db8:0::",
                "203.0.113.9:8080|203.0.113.0",
                "host.shop.example|unknown",
                "66.249.1|unknown",
                "''|''"
            })
    void truncates(String value, String left) {
        assertThat(truncating("/ip").masked(value)).isEqualTo(left);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "66.249.66.1:54321|66.249.66.0",
                "' 66.249.66.1 , 10.0.0.1:80 '|66.249.66.0, 10.0.0.0",
                "[2001:db8:85a3:8d3::7]|2001:db8:85a3::",
                "[2001:db8:85a3:8d3::7]:443, 10.0.0.1|2001:db8:85a3::, 10.0.0.0",
                "[::ffff:66.249.66.1]:443|66.249.66.0",
                "[66.249.66.1]|unknown",
                "[2001:db8::7|unknown",
                "[2001:db8::7]443|unknown",
                "66.249.66.1:|unknown",
                "66.249.66.1:http|unknown",
                "66.249.66.1:123456|unknown"
            })
    void readsAddressesAsProxiesWriteThem(String value, String left) {
        assertThat(truncating("/ip").masked(value)).isEqualTo(left);
    }

    @Test
    void hashesAnAddressAloneWhateverIsAroundIt() {
        String hash = hashing().masked("2001:db8::7");

        assertThat(hashing().masked(" [2001:db8::7]:443 ")).isEqualTo(hash);
        assertThat(hashing().masked("[2001:db8:0:0::7]")).isEqualTo(hash);
        assertThat(hashing().masked("66.249.66.1:54321"))
                .isEqualTo(hashing().masked("66.249.66.1"))
                .isNotEqualTo(hash);
    }

    /** The digests are those that {@code openssl dgst -sha256 -hmac} prints. */
    @Test
    void hashes() throws Exception {
        IpPrivacy privacy = InstantiationUtil.clone(hashing());

        assertThat(privacy.masked("66.249.1.133"))
                .hasSize(32)
                .isEqualTo(privacy.masked("::ffff:66.249.1.133"))
                .isNotEqualTo(privacy.masked("66.249.1.134"))
                .matches("[0-9a-f]{32}");
        assertThat(privacy.masked("host")).isEqualTo("0f9a334eda769b0181a9d1ea1e3b5ce1");
        assertThat(privacy.masked("host, host"))
                .isEqualTo("0f9a334eda769b0181a9d1ea1e3b5ce1, 0f9a334eda769b0181a9d1ea1e3b5ce1");
    }

    @Test
    void leavesAllElseAsItWasByteByByte() {
        assertMasked(
                "{ \"é\" : 1.50,\"ip\" :\t\"66.249.1.133\" ,\"b\":{\"ip\":\"10.0.0.1\"},\"c\":1E3}",
                "{ \"é\" : 1.50,\"ip\" :\t\"66.249.1.0\" ,\"b\":{\"ip\":\"10.0.0.1\"},\"c\":1E3}",
                "/ip");
    }

    @Test
    void findsFieldsWhereverTheyAre() {
        assertMasked(
                "{\"a\":{\"ips\":[\"192.0.2.1\",\"192.0.2.2\",[]]},\"ip\":\"192.0.2.3\",\"x\":[{}]}",
                "{\"a\":{\"ips\":[\"192.0.2.1\",\"192.0.2.0\",[]]},\"ip\":\"192.0.2.0\",\"x\":[{}]}",
                "/a/ips/1,/ip");
    }

    @Test
    void masksANameThatIsThereTwiceTwiceAndOneThatIsEscaped() {
        assertMasked(
                "{\"ip\":\"192.0.2.1\",\"\\u0069p\":\"192.0.2.\\u0032\",\"ip\":null}",
                "{\"ip\":\"192.0.2.0\",\"\\u0069p\":\"192.0.2.0\",\"ip\":null}",
                "/ip");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "3221225985",
                "[\"192.0.2.1\",{\"a\":[1]}]",
                "{\"v4\":\"192.0.2.1\"}",
                "true",
                "-1.5e3"
            })
    void replacesWhatIsNoString(String value) {
        assertMasked("{\"ip\":" + value + ",\"a\":1}", "{\"ip\":\"unknown\",\"a\":1}", "/ip");
        assertMasked("{\"ip\": " + value + "}", "{\"ip\": \"unknown\"}", "/ip");
    }

    @Test
    void isNotConfusedByAByteOrderMark() {
        assertMasked("\uFEFF{\"ip\":\"192.0.2.1\"}", "\uFEFF{\"ip\":\"192.0.2.0\"}", "/ip");
    }

    @Test
    void givesARecordWithoutAddressesBackAsItIs() {
        byte[] record = "{\"a\":[1,{}],\"ip\":null}".getBytes(UTF_8);

        assertThat(truncating("/ip").mask(record)).isSameAs(record);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "not JSON: Unrecognized token '66.249.1.133': at byte 12|not JSON: Unrecognized"
                        + " token '66.249.1.0': at byte 12",
                "found '2001:db8::7'|found '2001:db8:0::'",
                "found 'face66.249.1.133:80'|found 'face66.249.1.0:80'",
                "found '::ffff:66.249.1.133'|found '66.249.1.0'",
                "found '12:00:05 on 14.6.2022'|found '12:00:05 on 14.6.2022'"
            })
    void findsAddressesInSentences(String sentence, String left) {
        assertThat(truncating("/ip").maskText(sentence)).isEqualTo(left);
    }

    private static void assertMasked(String record, String left, String fields) {
        assertThat(truncating(fields).mask(record.getBytes(UTF_8))).asString(UTF_8).isEqualTo(left);
    }

    private static IpPrivacy truncating(String fields) {
        return of(PropertyGroups.smallest().with("privacy", "ip", fields));
    }

    private static IpPrivacy hashing() {
        return of(
                PropertyGroups.smallest()
                        .with("privacy", "mode", "hash")
                        .with("privacy", "salt", SALT));
    }

    private static IpPrivacy of(PropertyGroups groups) {
        groups.with("format", "type", "json");
        return new IpPrivacy(JobConfig.parse(groups.build()).privacy().orElseThrow());
    }
}

package io.clickstream.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.ReplayConfig;
import io.clickstream.event.BotSign;
import io.clickstream.event.Click;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.format.ClickDecoders;
import io.clickstream.testing.PropertyGroups;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the record to the sign, as the job is configured. */
class BotSignsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Mozilla/5.0 (compatible; Googlebot/2.1)|192.0.2.1|USER_AGENT",
                "some-SPIDER|192.0.2.1|USER_AGENT",
                "Mozilla/5.0 (X11; Linux x86_64)|66.249.64.9|IP",
                "some-SPIDER|66.249.64.9|USER_AGENT",
                "Mozilla/5.0 (X11; Linux x86_64)|192.0.2.1|",
                "Mozilla/5.0 (X11; Linux x86_64)|unknown|",
                "Mozilla/5.0 (X11; Linux x86_64)|66.249.66.1, 10.0.0.1|IP",
                "Mozilla/5.0 (X11; Linux x86_64)|66.249.66.1:54321|IP",
                "Mozilla/5.0 (X11; Linux x86_64)|'  66.249.66.1 '|IP",
                "Mozilla/5.0 (X11; Linux x86_64)|[2001:db8::1]|IP",
                "Mozilla/5.0 (X11; Linux x86_64)|[2001:db8::1]:443, 10.0.0.1|IP",
                "Mozilla/5.0 (X11; Linux x86_64)|2001:db8::1|IP",
                "Mozilla/5.0 (X11; Linux x86_64)|unknown, 66.249.66.1|IP",
                "Mozilla/5.0 (X11; Linux x86_64)|192.0.2.1, 66.249.66.1|",
                "Mozilla/5.0 (X11; Linux x86_64)|66.249.66.1:port|",
            })
    void areUserAgentAndAddress(String userAgent, String ip, BotSign sign) throws Exception {
        String record =
                "{\"userid\":7,\"eventtimestamp\":5,\"user_agent\":\"%s\",\"ip\":\"%s\"}"
                        .formatted(userAgent, ip);

        assertThat(click(bots(), record).botSign()).isEqualTo(sign);
    }

    @Test
    void needNoneOfTheFields() throws Exception {
        assertThat(click(bots(), "{\"userid\":7,\"eventtimestamp\":5}").botSign()).isNull();
        assertThat(
                        click(
                                        bots(),
                                        "{\"userid\":7,\"eventtimestamp\":5,\"user_agent\":null,"
                                                + "\"ip\":null}")
                                .botSign())
                .isNull();
    }

    @Test
    void areOffByDefault() throws Exception {
        PropertyGroups none = PropertyGroups.none().with("format", "type", "json");

        assertThat(
                        click(
                                        none,
                                        "{\"userid\":7,\"eventtimestamp\":5,\"user_agent\":\"bot\","
                                                + "\"ip\":\"66.249.64.9\"}")
                                .botSign())
                .isNull();
    }

    @Test
    void areFoundWhereTheyAreMapped() throws Exception {
        PropertyGroups groups =
                bots().with("bots", "user-agent", "/client/agent").with("bots", "ip", "/hops/0");
        String start = "{\"userid\":7,\"eventtimestamp\":5,";

        assertThat(click(groups, start + "\"client\":{\"agent\":\"A bot\"}}").botSign())
                .isEqualTo(BotSign.USER_AGENT);
        assertThat(click(groups, start + "\"hops\":[\"66.249.64.9\",\"192.0.2.1\"]}").botSign())
                .isEqualTo(BotSign.IP);
        assertThat(click(groups, start + "\"hops\":[\"192.0.2.1\",\"66.249.64.9\"]}").botSign())
                .isNull();
    }

    private static PropertyGroups bots() {
        return PropertyGroups.none()
                .with("format", "type", "json")
                .with("bots", "user-agents", "bot, spider")
                .with("bots", "ip-ranges", "66.249.64.0/19,2001:db8::/32");
    }

    private static Click click(PropertyGroups groups, String record) throws Exception {
        ReplayConfig config = ReplayConfig.parse(groups.build());
        RecordDecoder decoder =
                new RecordDecoder(
                        ClickDecoders.of(config.format(), config.optionalFields()),
                        Set.of(),
                        BotSigns.of(config.filters()),
                        1_000_000,
                        Duration.ZERO,
                        Clock.systemUTC());
        Incoming decoded =
                InstantiationUtil.clone(decoder)
                        .decode(
                                new RawRecord(
                                        "clicks", 0, 0, record.getBytes(StandardCharsets.UTF_8)));
        return (Click) decoded;
    }
}

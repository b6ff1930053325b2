package io.clickstream.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.aggregate.AggregateJson;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class DeadLetterFormatTest {

    private static final long FOUND = 1_655_183_298_630L;

    private final DeadLetterFormat format = new DeadLetterFormat();

    @Test
    void writesALetterWithoutItsRecord() {
        DeadLetter letter =
                new DeadLetter(
                        Reason.MISSING_USER,
                        "no \"user\"",
                        new RawRecord("clicks", 3, 42, "{\"ip\":\"66.249.1.133\"}".getBytes(UTF_8)),
                        FOUND);

        assertThat(new AggregateJson<>(format).toBytes(letter))
                .asString(UTF_8)
                .isEqualTo(
                        "{\"reason\":\"missing-user\",\"detail\":\"no \\\"user\\\"\","
                                + "\"source\":\"clicks\",\"partition\":\"3\",\"offset\":\"42\","
                                + "\"time\":1655183298630,\"size\":21}");
        assertThat(format.documentId(letter)).isEqualTo("missing-user/clicks/3/42");
        assertThat(format.timestamp(letter)).isEqualTo(FOUND);
        assertThat(format.windowBegin(letter)).isEqualTo(FOUND);
        assertThat(format.key(letter)).asString(UTF_8).isEqualTo("missing-user");
    }

    @Test
    void tellsHowLateAClickCame() {
        Click click =
                new Click(
                        UserId.ofString("ann"),
                        FOUND - 61_000,
                        "Books",
                        false,
                        new RawRecord("clicks", 0, 7, new byte[5]));
        Clock clock = Clock.fixed(Instant.ofEpochMilli(FOUND), ZoneOffset.UTC);

        assertThat(new AggregateJson<>(format).toBytes(new LateClickLetters(clock).map(click)))
                .asString(UTF_8)
                .endsWith("\"size\":5,\"eventTime\":1655183237630,\"lag\":61000}");
    }
}

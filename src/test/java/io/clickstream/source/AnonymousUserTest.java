package io.clickstream.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.FileReplay;
import io.clickstream.config.ReplayConfig;
import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import io.clickstream.testing.PropertyGroups;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clicks with an anonymous id, a user, or both. */
class AnonymousUserTest {

    private static final PropertyGroups GROUPS =
            PropertyGroups.none()
                    .with("format", "type", "json")
                    .with("format", "user", "/userId")
                    .with("format", "time", "/time")
                    .with("identity", "anonymous", "/context/anonymousId");

    @Test
    void theVisitorIsTheAnonymousId() {
        Click click = (Click) decode(record("\"userId\":\"ann\",", "\"a1\""));

        assertThat(click.user()).isEqualTo(UserId.ofString("a1"));
        assertThat(click.text(CarriedText.KNOWN_USER)).isEqualTo("ann");
    }

    @Test
    void aNumberIsNotAString() {
        Click number = (Click) decode(record("\"userId\":7,", "12"));
        Click text = (Click) decode(record("\"userId\":\"7\",", "\"12\""));

        assertThat(number.user()).isEqualTo(UserId.ofNumber(12));
        assertThat(UserId.ofIdText(number.text(CarriedText.KNOWN_USER)))
                .isEqualTo(UserId.ofNumber(7));
        assertThat(text.user()).isEqualTo(UserId.ofString("12"));
        assertThat(UserId.ofIdText(text.text(CarriedText.KNOWN_USER)))
                .isEqualTo(UserId.ofString("7"));
    }

    @Test
    void oneOfTheTwoIsEnough() {
        Click anonymous = (Click) decode(record("", "\"a1\""));
        Click known = (Click) decode("{\"userId\":\"ann\",\"time\":1655208000000}");
        Click empty = (Click) decode(record("\"userId\":\"ann\",", "\"\""));

        assertThat(anonymous.user()).isEqualTo(UserId.ofString("a1"));
        assertThat(anonymous.text(CarriedText.KNOWN_USER)).isNull();
        assertThat(known.text(CarriedText.KNOWN_USER)).isEqualTo("ann");
        assertThat(empty.user()).isEqualTo(known.user());
        assertThat(empty.text(CarriedText.KNOWN_USER)).isEqualTo("ann");
    }

    @Test
    void aUserIsNotTheVisitorWithTheSameId() {
        Click visitor = (Click) decode(record("", "7"));
        Click number = (Click) decode("{\"userId\":7,\"time\":1655208000000}");
        Click text = (Click) decode("{\"userId\":\"7\",\"time\":1655208000000}");

        assertThat(List.of(visitor.user(), number.user(), text.user())).doesNotHaveDuplicates();
        assertThat(number.text(CarriedText.KNOWN_USER)).isEqualTo("7");
        assertThat(UserId.ofIdText(text.text(CarriedText.KNOWN_USER)))
                .isEqualTo(UserId.ofString("7"));
    }

    /** A browser sends any anonymous id. */
    @Test
    void anAnonymousIdThatLooksLikeAUserIsNone() {
        Click number = (Click) decode("{\"userId\":7,\"time\":1655208000000}");
        Click text = (Click) decode("{\"userId\":\"7\",\"time\":1655208000000}");
        List<UserId> visitors = new ArrayList<>(List.of(number.user(), text.user()));
        for (String anonymous :
                List.of("user:7", "user:\\\"7", "visitor:user:7", "visitor:", "7")) {
            visitors.add(((Click) decode(record("", '"' + anonymous + '"'))).user());
        }

        assertThat(visitors).doesNotHaveDuplicates();
    }

    @Test
    void withoutAnonymousIdsTheVisitorIsTheUser() {
        PropertyGroups groups =
                PropertyGroups.none()
                        .with("format", "type", "json")
                        .with("format", "user", "/userId")
                        .with("format", "time", "/time");
        Click click = (Click) decode(groups, "{\"userId\":\"ann\",\"time\":1655208000000}");

        assertThat(click.user()).isEqualTo(UserId.ofString("ann"));
        assertThat(click.text(CarriedText.KNOWN_USER)).isNull();
    }

    @Test
    void withoutAnyTheRecordIsADeadLetter() {
        DeadLetter letter = (DeadLetter) decode(record("\"userId\":null,", "null"));

        assertThat(letter.reason()).isEqualTo(Reason.MISSING_USER);
    }

    @Test
    void aLongIdIsADeadLetter() {
        DeadLetter anonymous = (DeadLetter) decode(record("", '"' + "a".repeat(1025) + '"'));
        DeadLetter known =
                (DeadLetter) decode(record("\"userId\":\"" + "a".repeat(1025) + "\",", "\"a1\""));

        assertThat(anonymous.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(anonymous.detail())
                .isEqualTo("the anonymous id has 1025 characters; at most 1024 are allowed");
        assertThat(known.detail())
                .isEqualTo("the user has 1025 characters; at most 1024 are allowed");
    }

    private static String record(String user, String anonymous) {
        return "{"
                + user
                + "\"time\":1655208000000,\"context\":{\"anonymousId\":"
                + anonymous
                + "}}";
    }

    private static Incoming decode(String record) {
        return decode(GROUPS, record);
    }

    private static Incoming decode(PropertyGroups groups, String record) {
        return FileReplay.decoder(ReplayConfig.parse(groups.build()))
                .decode(new RawRecord("clicks", 0, 0, record.getBytes(StandardCharsets.UTF_8)));
    }
}

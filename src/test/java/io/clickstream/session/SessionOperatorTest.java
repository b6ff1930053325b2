package io.clickstream.session;

import static io.clickstream.testing.Clicks.click;
import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.OperatorCounters;
import io.clickstream.testing.SessionStage;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions with a gap of one second, as Flink's window operator makes them. */
class SessionOperatorTest {

    private SessionStage stage;

    @BeforeEach
    void start() throws Exception {
        stage = SessionStage.start(Duration.ofSeconds(1), Duration.ofSeconds(10), 1);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void endAGapAfterTheLastClick() throws Exception {
        arrive(ann("12:00:00"), ann("12:00:00.400"));
        stage.watermark(time("12:00:01.399"));
        assertThat(stage.sessions()).isEmpty();

        stage.watermark(time("12:00:01.400"));

        assertThat(stage.sessions()).containsExactly(visits("12:00:00", "12:00:01.400", 2));
        assertNothingIsLeft();
    }

    @Test
    void joinClicksExactlyAGapApart() throws Exception {
        arrive(ann("12:00:00"), ann("12:00:01"), ann("12:00:02"));

        theEnd();

        assertThat(stage.sessions()).containsExactly(visits("12:00:00", "12:00:03", 3));
    }

    @Test
    void partClicksAMillisecondMoreApart() throws Exception {
        arrive(ann("12:00:00"), ann("12:00:01.001"));

        theEnd();

        assertThat(stage.sessions())
                .containsExactlyInAnyOrder(
                        visits("12:00:00", "12:00:01", 1),
                        visits("12:00:01.001", "12:00:02.001", 1));
    }

    @Test
    void waitForAClickExactlyAGapLaterThatIsStillOnTime() throws Exception {
        arrive(ann("12:00:00"));
        stage.watermark(time("12:00:00.999"));

        arrive(ann("12:00:01"));
        theEnd();

        assertThat(stage.late()).isEmpty();
        assertThat(stage.sessions()).containsExactly(visits("12:00:00", "12:00:02", 2));
    }

    @Test
    void becomeOneWhenAClickComesBetweenThem() throws Exception {
        arrive(ann("12:00:00"), ann("12:00:02"), ann("12:00:01"));

        theEnd();

        assertThat(stage.sessions()).containsExactly(visits("12:00:00", "12:00:03", 3));
        assertNothingIsLeft();
    }

    @Test
    void areOfOneUserEach() throws Exception {
        arrive(
                ann("12:00:00"),
                click(7).at("12:00:00").in("Books"),
                click("7").at("12:00:00").in("Books"));

        theEnd();

        assertThat(stage.sessions())
                .extracting(session -> session.user().asJson())
                .containsExactlyInAnyOrder("\"ann\"", "7", "\"7\"");
    }

    @Test
    void areCountedWhileTheyAreOpen() throws Exception {
        OperatorCounters metrics = new OperatorCounters();
        KeyedOneInputStreamOperatorTestHarness<UserId, Click, Session> operator =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new SessionOperator(
                                Duration.ofSeconds(1),
                                2,
                                512 << 10,
                                false,
                                MaxRate.NONE,
                                SessionStage.LATE),
                        Click::user,
                        EventTypes.USER_ID,
                        metrics.environment());
        operator.setup(EventTypes.SESSION.createSerializer(new SerializerConfigImpl()));
        operator.open();
        for (long user = 0; user < 1_000; user++) {
            Click click = click(user).at("12:00:05").build();
            operator.processElement(click, click.timestamp());
        }
        operator.processWatermark(time("12:00:04"));
        operator.prepareSnapshotPreBarrier(1);
        operator.snapshot(1, 1);
        operator.processWatermark(time("12:00:05"));

        assertThat(metrics.gauge(ClickstreamMetrics.SESSIONS_SPILLED).orElseThrow()).isPositive();
        assertThat(metrics.gauge(ClickstreamMetrics.OPEN_SESSIONS)).hasValue(1_000L);

        operator.processWatermark(time("12:00:06"));
        assertThat(metrics.gauge(ClickstreamMetrics.OPEN_SESSIONS)).hasValue(0L);
        operator.close();
    }

    @Test
    void passOnTheirClicksOfCartsAndNoLateOnes() throws Exception {
        OutputTag<Click> ofCarts = new OutputTag<>("cart-clicks", EventTypes.CLICK);
        SessionOperator sessions =
                new SessionOperator(
                        Duration.ofSeconds(1),
                        SessionOperator.BY_HEAP_SIZE,
                        512 << 10,
                        false,
                        MaxRate.NONE,
                        SessionStage.LATE);
        KeyedOneInputStreamOperatorTestHarness<UserId, Click, Session> operator =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        sessions.withCarts(ofCarts), Click::user, EventTypes.USER_ID);
        operator.setup(EventTypes.SESSION.createSerializer(new SerializerConfigImpl()));
        operator.open();
        Click view = ann("12:00:05").build();
        Click checkout = ann("12:00:05.100").checkingOut().build();
        Click added = ann("12:00:05.200").build();
        added.setMarks(EventMarks.CART);
        Click joining = ann("12:00:04.500").build();
        joining.setMarks(EventMarks.CART_REMOVAL);
        joining.setBehindWatermark(true);
        Click late = ann("12:00:01").build();
        late.setMarks(EventMarks.CART);
        late.setBehindWatermark(true);
        for (Click click : List.of(view, checkout, added, joining, late)) {
            operator.processElement(click, click.timestamp());
        }
        assertThat(operator.getSideOutput(ofCarts)).isNull();
        operator.processWatermark(time("12:00:05"));

        assertThat(operator.getSideOutput(ofCarts))
                .extracting(StreamRecord::getValue)
                .containsExactly(checkout, added, joining);
        assertThat(operator.getSideOutput(ofCarts))
                .allMatch(record -> record.getTimestamp() == record.getValue().timestamp());
        assertThat(operator.getSideOutput(SessionStage.LATE)).hasSize(1);
        operator.close();
    }

    @Test
    void takeALateClickThatJoinsAnOpenOne() throws Exception {
        arrive(ann("12:00:05"));
        stage.watermark(time("12:00:04.500"));

        arrive(ann("12:00:04"));
        theEnd();

        assertThat(stage.late()).isEmpty();
        assertThat(stage.sessions()).containsExactly(visits("12:00:04", "12:00:06", 2));
    }

    @Test
    void takeALateClickThatBridgesTwoOpenOnes() throws Exception {
        arrive(ann("12:00:05"), ann("12:00:07"));
        stage.watermark(time("12:00:06"));
        // The first is closed by now; another one, a little later, is not.
        arrive(ann("12:00:08.500"));
        stage.watermark(time("12:00:07.900"));

        arrive(ann("12:00:07.700"));
        theEnd();

        assertThat(stage.late()).isEmpty();
        assertThat(stage.sessions())
                .containsExactly(
                        visits("12:00:05", "12:00:06", 1), visits("12:00:07", "12:00:09.500", 3));
    }

    @Test
    void doNotTakeALateClickAMillisecondTooFar() throws Exception {
        arrive(ann("12:00:05"));
        stage.watermark(time("12:00:04.500"));

        arrive(ann("12:00:03.999"));
        theEnd();

        assertThat(stage.late()).containsExactly(ann("12:00:03.999").build());
        assertThat(stage.sessions()).containsExactly(visits("12:00:05", "12:00:06", 1));
        assertNothingIsLeft();
    }

    @Test
    void areNeverOpenedByALateClick() throws Exception {
        stage.watermark(time("12:00:00"));

        // Its session would end at 12:00:01, and Flink would open it.
        arrive(ann("12:00:00"));
        theEnd();

        assertThat(stage.late()).containsExactly(ann("12:00:00").build());
        assertThat(stage.sessions()).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void takeALateClickOfTheSameTimeAsTheirOnlyOne() throws Exception {
        arrive(ann("12:00:00"));
        stage.watermark(time("12:00:00.500"));

        arrive(ann("12:00:00"), ann("12:00:00"));
        theEnd();

        assertThat(stage.late()).isEmpty();
        assertThat(stage.sessions()).containsExactly(visits("12:00:00", "12:00:01", 3));
        assertNothingIsLeft();
    }

    @Test
    void areNotOpenedAgainOnceTheyAreClosed() throws Exception {
        arrive(ann("12:00:00"));
        stage.watermark(time("12:00:01"));

        arrive(ann("12:00:00.500"), ann("12:00:01"));
        theEnd();

        assertThat(stage.late())
                .containsExactly(ann("12:00:00.500").build(), ann("12:00:01").build());
        assertThat(stage.sessions()).containsExactly(visits("12:00:00", "12:00:01", 1));
    }

    @Test
    void keepLateClicksLateThroughARestart() throws Exception {
        arrive(ann("12:00:00"));
        stage.watermark(time("12:00:10"));

        stage.restart(2);
        arrive(ann("12:00:00.500"), ann("12:00:10"), ann("12:00:10.001"));
        theEnd();

        assertThat(stage.late())
                .containsExactly(ann("12:00:00.500").build(), ann("12:00:10").build());
        assertThat(stage.sessions())
                .containsExactly(
                        visits("12:00:00", "12:00:01", 1),
                        visits("12:00:10.001", "12:00:11.001", 1));
    }

    @Test
    void stayOpenThroughARestart() throws Exception {
        arrive(ann("12:00:00"), ann("12:00:01").checkingOut());

        stage.restart(3);
        arrive(ann("12:00:00.500"));
        stage.restart(1);
        arrive(ann("12:00:01.500"));
        theEnd();

        assertThat(stage.sessions())
                .containsExactly(
                        new Session(
                                ann("12:00:00").userId(),
                                time("12:00:00"),
                                time("12:00:02.500"),
                                4,
                                3,
                                true,
                                new String[] {"Books"}));
        assertNothingIsLeft();
    }

    @Test
    void countVisitsUpToTheLastCheckout() throws Exception {
        arrive(
                ann("12:00:00"),
                ann("12:00:00.500").in(null).checkingOut(),
                ann("12:00:00.501").in("Möbel"),
                ann("12:00:00.500").in("AirPods"),
                ann("12:00:00.100").in("N/A"),
                ann("12:00:00.200").in("").ofType(""));

        theEnd();

        assertThat(stage.sessions())
                .containsExactly(
                        new Session(
                                ann("12:00:00").userId(),
                                time("12:00:00"),
                                time("12:00:01.501"),
                                3,
                                2,
                                true,
                                new String[] {"AirPods", "Books", "Möbel"}));
    }

    @Test
    void areExtendedByClicksThatAreNoVisits() throws Exception {
        arrive(ann("12:00:00"), ann("12:00:00.900").in(null).ofType(""), ann("12:00:01.800"));

        theEnd();

        assertThat(stage.sessions()).containsExactly(visits("12:00:00", "12:00:02.800", 2));
    }

    private static Clicks ann(String timeOfDay) {
        return click("ann").at(timeOfDay).in("Books");
    }

    private void arrive(Clicks... clicks) throws Exception {
        for (Clicks click : clicks) {
            stage.click(click.build());
        }
    }

    private void theEnd() throws Exception {
        stage.watermark(Long.MAX_VALUE);
    }

    private void assertNothingIsLeft() throws Exception {
        assertThat(stage.stateEntries()).isZero();
    }

    /** A session of Ann's with visits of Books and no checkout. */
    private static Session visits(String begin, String end, long visits) {
        return new Session(
                click("ann").userId(),
                time(begin),
                time(end),
                visits,
                0,
                false,
                new String[] {"Books"});
    }
}

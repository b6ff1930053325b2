package io.clickstream.session;

import io.clickstream.bench.textbook.MarkedClick;
import io.clickstream.bench.textbook.MarkedClickSerializer;
import io.clickstream.bench.textbook.WindowedSessions;
import io.clickstream.event.Click;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.VersionedTypeInfo;
import io.clickstream.testing.HarnessEnvironment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** Flink's session windows, as the textbook peer has them, in Flink's harness. */
final class WindowStage implements AutoCloseable {

    private static final TypeInformation<MarkedClick> MARKED =
            new VersionedTypeInfo<>(MarkedClick.class, MarkedClickSerializer.INSTANCE);
    private static final OutputTag<MarkedClick> LATE = new OutputTag<>("late", MARKED);

    private final KeyedOneInputStreamOperatorTestHarness<UserId, MarkedClick, Session> windows;
    private final List<Session> sessions = new ArrayList<>();
    private long watermark = Long.MIN_VALUE;

    @SuppressWarnings("unchecked") // The transformation of this very stream.
    WindowStage(Duration gap) throws Exception {
        StreamExecutionEnvironment env = new StreamExecutionEnvironment();
        MarkedClick any =
                new MarkedClick(new Click(UserId.ofNumber(1), 0, null, false, null), false);
        OneInputTransformation<MarkedClick, Session> transformation =
                (OneInputTransformation<MarkedClick, Session>)
                        WindowedSessions.of(
                                        env.fromData(MARKED, any)
                                                .keyBy(
                                                        click -> click.click().user(),
                                                        EventTypes.USER_ID),
                                        gap,
                                        LATE)
                                .getTransformation();
        windows =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        transformation.getOperator(),
                        click -> click.click().user(),
                        EventTypes.USER_ID,
                        HarnessEnvironment.ofOne());
        windows.setup(EventTypes.SESSION.createSerializer(new SerializerConfigImpl()));
        windows.open();
    }

    void click(Click click) throws Exception {
        boolean behind = click.timestamp() <= watermark;
        // As the job's event-time operator does it: a millisecond lower where it is behind.
        windows.processElement(
                new StreamRecord<>(
                        new MarkedClick(click, behind),
                        behind ? click.timestamp() - 1 : click.timestamp()));
    }

    void watermark(long timestamp) throws Exception {
        watermark = Math.max(watermark, timestamp);
        windows.processWatermark(
                new Watermark(watermark == Long.MAX_VALUE ? watermark : watermark - 1));
        sessions.addAll(windows.extractOutputValues());
        windows.getOutput().clear();
    }

    List<Session> sessions() {
        return sessions;
    }

    List<Click> late() {
        List<Click> late = new ArrayList<>();
        if (windows.getSideOutput(LATE) != null) {
            windows.getSideOutput(LATE).forEach(record -> late.add(record.getValue().click()));
        }
        return late;
    }

    @Override
    public void close() {
        try {
            HarnessEnvironment.close(windows);
        } catch (Exception e) {
            throw new IllegalStateException("The window operator did not close", e);
        }
    }
}

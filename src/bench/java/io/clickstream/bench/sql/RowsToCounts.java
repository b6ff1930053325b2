package io.clickstream.bench.sql;

import io.clickstream.event.EventTypes;
import io.clickstream.event.WindowCount;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.table.data.RowData;

/** Makes counts of rows of department, begin, end, sessions and checkouts. */
final class RowsToCounts
        implements MapFunction<RowData, WindowCount>, ResultTypeQueryable<WindowCount> {

    private static final long serialVersionUID = 1L;

    private static final int MILLIS = 3;

    @Override
    public WindowCount map(RowData row) {
        return new WindowCount(
                row.getString(0).toString(),
                row.getTimestamp(1, MILLIS).getMillisecond(),
                row.getTimestamp(2, MILLIS).getMillisecond(),
                row.getLong(3),
                row.getInt(4));
    }

    @Override
    public TypeInformation<WindowCount> getProducedType() {
        return EventTypes.WINDOW_COUNT;
    }
}

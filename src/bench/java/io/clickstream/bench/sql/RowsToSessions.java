package io.clickstream.bench.sql;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import java.util.Arrays;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;

/** Makes sessions with a checkout of rows of user, begin, end, visits and departments. */
final class RowsToSessions implements MapFunction<RowData, Session>, ResultTypeQueryable<Session> {

    private static final long serialVersionUID = 1L;

    private static final int MILLIS = 3;

    @Override
    public Session map(RowData row) {
        ArrayData names = row.getMap(4).keyArray();
        String[] departments = new String[names.size()];
        for (int i = 0; i < departments.length; i++) {
            departments[i] = names.getString(i).toString();
        }
        Arrays.sort(departments);
        return new Session(
                UserId.ofNumber(row.getLong(0)),
                row.getTimestamp(1, MILLIS).getMillisecond(),
                row.getTimestamp(2, MILLIS).getMillisecond(),
                row.getLong(3),
                0,
                true,
                departments);
    }

    @Override
    public TypeInformation<Session> getProducedType() {
        return EventTypes.SESSION;
    }
}

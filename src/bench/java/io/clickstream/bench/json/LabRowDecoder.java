package io.clickstream.bench.json;

import io.clickstream.event.UserId;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickFields;
import io.clickstream.format.MalformedRecordException;
import java.io.IOException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/** Decodes the lab's clicks with the format {@code json} of Flink SQL. */
public final class LabRowDecoder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private static final VarCharType TEXT = new VarCharType(VarCharType.MAX_LENGTH);

    private final JsonRows rows =
            new JsonRows(
                    RowType.of(
                            new LogicalType[] {new BigIntType(), new BigIntType(), TEXT, TEXT},
                            new String[] {
                                "userid", "eventtimestamp", "event_type", "product_type"
                            }));

    @Override
    public void decode(byte[] record, ClickFields fields) throws MalformedRecordException {
        RowData row;
        try {
            row = rows.read(record);
        } catch (IOException e) {
            throw new MalformedRecordException("not JSON: " + e.getMessage());
        }
        fields.setUser(UserId.ofNumber(row.getLong(0)));
        fields.setTime(row.getLong(1));
        fields.setEventType(row.getString(2).toString());
        fields.setDepartment(row.getString(3).toString());
    }
}

package io.clickstream.bench.sql;

import io.clickstream.event.Click;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/** Makes rows in Flink SQL's own representation. */
final class ClickRows implements MapFunction<Click, RowData> {

    private static final long serialVersionUID = 1L;

    static final TypeInformation<RowData> TYPE =
            InternalTypeInfo.of(
                    RowType.of(
                            new LogicalType[] {
                                new BigIntType(),
                                new VarCharType(VarCharType.MAX_LENGTH),
                                new IntType()
                            },
                            new String[] {"user_id", "department", "checkout"}));

    @Override
    public RowData map(Click click) {
        return GenericRowData.of(
                Long.parseLong(click.user().asText()),
                StringData.fromString(click.department()),
                click.isCheckout() ? 1 : 0);
    }
}

package io.clickstream.bench.sql;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.Factory;

/** The tables that results are inserted into, each an end of a stream. */
final class ResultCatalog extends GenericInMemoryCatalog {

    /** Adds what is behind a table. */
    interface End {
        DataStreamSink<?> of(DataStream<RowData> rows);
    }

    private final Map<String, End> ends;

    /**
     * A catalog with one database, {@code aggregates}.
     *
     * @param ends names of tables to what is behind them
     */
    ResultCatalog(Map<String, End> ends) {
        super("results", "aggregates");
        this.ends = ends;
    }

    @Override
    public Optional<Factory> getFactory() {
        return Optional.of(new EndFactory());
    }

    private final class EndFactory implements DynamicTableSinkFactory {

        @Override
        public DynamicTableSink createDynamicTableSink(DynamicTableFactory.Context context) {
            return new EndSink(ends.get(context.getObjectIdentifier().getObjectName()));
        }

        @Override
        public String factoryIdentifier() {
            return "results";
        }

        @Override
        public Set<ConfigOption<?>> requiredOptions() {
            return Set.of();
        }

        @Override
        public Set<ConfigOption<?>> optionalOptions() {
            return Set.of();
        }
    }

    private record EndSink(End end) implements DynamicTableSink {

        @Override
        public ChangelogMode getChangelogMode(ChangelogMode requested) {
            return ChangelogMode.insertOnly();
        }

        @Override
        public SinkRuntimeProvider getSinkRuntimeProvider(DynamicTableSink.Context context) {
            return new DataStreamSinkProvider() {
                @Override
                public DataStreamSink<?> consumeDataStream(
                        ProviderContext provider, DataStream<RowData> rows) {
                    return end.of(rows);
                }
            };
        }

        @Override
        public DynamicTableSink copy() {
            return this;
        }

        @Override
        public String asSummaryString() {
            return "results";
        }
    }
}

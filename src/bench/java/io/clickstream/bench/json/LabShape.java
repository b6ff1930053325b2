package io.clickstream.bench.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.IOException;
import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/** The lab's clicks. */
public final class LabShape implements RecordShape {

    private final ClickEncoder encoder = ClickEncoder.json();

    @Override
    public String label() {
        return "lab, four fields";
    }

    @Override
    public Map<String, Map<String, String>> settings() {
        return Map.of("format", Map.of("type", "json"));
    }

    @Override
    public byte[] encode(GeneratedClick click) {
        return encoder.encode(click);
    }

    @Override
    public Found parse(JsonParser parser) throws IOException {
        long user = 0;
        long time = 0;
        String eventType = null;
        String department = null;
        parser.nextToken();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "userid" -> user = parser.getLongValue();
                case "eventtimestamp" -> time = parser.getLongValue();
                case "event_type" -> eventType = parser.getText();
                case "product_type" -> department = parser.getText();
                default -> parser.skipChildren();
            }
        }
        return new Found(user, time, eventType, department, null);
    }

    @Override
    public Found pick(JsonNode tree) {
        return new Found(
                tree.get("userid").longValue(),
                tree.get("eventtimestamp").longValue(),
                tree.get("event_type").textValue(),
                tree.get("product_type").textValue(),
                null);
    }

    @Override
    public RowType rowType() {
        VarCharType text = new VarCharType(VarCharType.MAX_LENGTH);
        return RowType.of(
                new LogicalType[] {new BigIntType(), new BigIntType(), text, text},
                new String[] {"userid", "eventtimestamp", "event_type", "product_type"});
    }

    @Override
    public Found pick(RowData row) {
        return new Found(
                row.getLong(0),
                row.getLong(1),
                row.getString(2).toString(),
                row.getString(3).toString(),
                null);
    }
}

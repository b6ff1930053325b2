package io.clickstream.bench.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * Clicks as a customer data platform sends them: nested objects, most of which nobody reads, an
 * array, and several places where the user or the department can be.
 */
public final class NestedShape implements RecordShape {

    private static final VarCharType TEXT = new VarCharType(VarCharType.MAX_LENGTH);

    @Override
    public String label() {
        return "nested, several candidates";
    }

    @Override
    public Map<String, Map<String, String>> settings() {
        return Map.of(
                "format",
                Map.of(
                        "type", "json",
                        "user", "/userId,/anonymousId",
                        "time", "/originalTimestamp",
                        "time-format", "iso-8601",
                        "event-type", "/event",
                        "department", "/properties/category,/properties/products/0/category"));
    }

    @Override
    public byte[] encode(GeneratedClick click) {
        boolean isKnown = click.userId() % 2 == 0;
        boolean isVisit = !click.productType().equals("N/A");
        boolean isList = click.globalSeq() % 3 == 0;
        String department = '"' + click.productType() + '"';
        return String.format(
                        Locale.ROOT,
                        "{\"anonymousId\":\"visitor-%d\",\"context\":{\"ip\":\"%s\",\"library\":"
                            + "{\"name\":\"analytics.js\",\"version\":\"2.11.1\"},\"page\":{\"path\":\"/shop/%s\",\"referrer\":\"\",\"title\":\"Caf\u00e9"
                            + " & more\",\"url\":\"https:\\/\\/shop.example\\/%s\"},\"userAgent\":\"Mozilla/5.0"
                            + " (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
                            + " Chrome/119.0.0.0 Safari/537.36\",\"screen\":[1920,1080]},"
                            + "\"event\":\"%s\",\"messageId\":\"ajs-%d\",\"originalTimestamp\":"
                            + "\"%s\",\"properties\":{\"category\":%s,\"products\":[{"
                            + "\"product_id\":\"%d\",\"category\":%s,\"price\":19.99}]},\"type\":"
                            + "\"track\",\"userId\":%s}",
                        click.userId(),
                        click.ip(),
                        click.productType(),
                        click.productType(),
                        click.eventType(),
                        click.globalSeq(),
                        Instant.ofEpochMilli(click.eventTimestamp()),
                        isVisit && !isList ? department : "null",
                        click.globalSeq(),
                        isVisit && isList ? department : "null",
                        isKnown ? "\"user-" + click.userId() + '"' : "null")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Found parse(JsonParser parser) throws IOException {
        String user = null;
        String anonymous = null;
        long time = 0;
        String eventType = null;
        String[] departments = new String[2];
        parser.nextToken();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "userId" -> user = text(parser);
                case "anonymousId" -> anonymous = text(parser);
                case "originalTimestamp" -> time = Instant.parse(parser.getText()).toEpochMilli();
                case "event" -> eventType = parser.getText();
                case "properties" -> parseProperties(parser, departments);
                default -> parser.skipChildren();
            }
        }
        return found(user, anonymous, time, eventType, departments[0], departments[1]);
    }

    private static void parseProperties(JsonParser parser, String[] departments)
            throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "category" -> departments[0] = text(parser);
                case "products" -> {
                    int index = 0;
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        if (index++ > 0) {
                            parser.skipChildren();
                            continue;
                        }
                        for (String of = parser.nextFieldName();
                                of != null;
                                of = parser.nextFieldName()) {
                            parser.nextToken();
                            if (of.equals("category")) {
                                departments[1] = text(parser);
                            } else {
                                parser.skipChildren();
                            }
                        }
                    }
                }
                default -> parser.skipChildren();
            }
        }
    }

    @Nullable
    private static String text(JsonParser parser) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NULL ? null : parser.getText();
    }

    private static Found found(
            @Nullable String user,
            @Nullable String anonymous,
            long time,
            String eventType,
            @Nullable String department,
            @Nullable String ofProduct) {
        return new Found(
                (user == null ? anonymous : user).length(),
                time,
                eventType,
                department == null ? ofProduct : department,
                null);
    }

    @Override
    public Found pick(JsonNode tree) {
        JsonNode properties = tree.get("properties");
        return found(
                tree.get("userId").textValue(),
                tree.get("anonymousId").textValue(),
                Instant.parse(tree.get("originalTimestamp").textValue()).toEpochMilli(),
                tree.get("event").textValue(),
                properties.get("category").textValue(),
                properties.get("products").get(0).get("category").textValue());
    }

    @Override
    public RowType rowType() {
        RowType product = RowType.of(new LogicalType[] {TEXT}, new String[] {"category"});
        RowType properties =
                RowType.of(
                        new LogicalType[] {TEXT, new ArrayType(product)},
                        new String[] {"category", "products"});
        return RowType.of(
                new LogicalType[] {TEXT, TEXT, TEXT, TEXT, properties},
                new String[] {"userId", "anonymousId", "originalTimestamp", "event", "properties"});
    }

    @Override
    public Found pick(RowData row) {
        RowData properties = row.getRow(4, 2);
        ArrayData products = properties.getArray(1);
        return found(
                text(row, 0),
                text(row, 1),
                Instant.parse(text(row, 2)).toEpochMilli(),
                text(row, 3),
                text(properties, 0),
                text(products.getRow(0, 1), 0));
    }

    @Nullable
    private static String text(RowData row, int column) {
        return row.isNullAt(column) ? null : row.getString(column).toString();
    }
}

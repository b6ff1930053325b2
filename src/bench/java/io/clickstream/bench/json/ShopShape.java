package io.clickstream.bench.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.annotation.Nullable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * Clicks as another shop sends them, with a blank behind each comma and colon: times are texts,
 * event types have other names, departments are the first part of a category, and items are read.
 */
public final class ShopShape implements RecordShape {

    private static final String TIME_FORMAT = "yyyy-MM-dd HH:mm:ss 'UTC'";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern(TIME_FORMAT, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final int ITEMS = 3_000;
    private static final int FIRST_ITEM = 1_004_000;
    private static final long FIRST_CATEGORY = 2_053_013_552_326_770_905L;

    @Override
    public String label() {
        return "shop, five fields";
    }

    @Override
    public Map<String, Map<String, String>> settings() {
        return Map.of(
                "format",
                Map.of(
                        "type", "json",
                        "user", "/user_id",
                        "time", "/event_time",
                        "time-format", TIME_FORMAT,
                        "event-type", "/event_type",
                        "event-types", "view=product_detail,purchase=order_checkout",
                        "department", "/category_code",
                        "department-cut", ".",
                        "item", "/product_id"),
                "trending",
                Map.of("field", "item"));
    }

    @Override
    public byte[] encode(GeneratedClick click) {
        boolean isVisit = !click.productType().equals("N/A");
        int item = (int) (click.globalSeq() * 31 % ITEMS);
        String category = click.productType().toLowerCase(Locale.ROOT) + ".kitchen.new_arrivals";
        return String.format(
                        Locale.ROOT,
                        "{\"event_time\": \"%s\", \"event_type\": \"%s\", \"product_id\": %d,"
                                + " \"category_id\": %d, \"category_code\": %s, \"brand\": %s,"
                                + " \"price\": %d.%02d, \"user_id\": %d, \"user_session\":"
                                + " \"%s\"}",
                        TIME.format(Instant.ofEpochMilli(click.eventTimestamp())),
                        click.eventType().equals("order_checkout") ? "purchase" : "view",
                        FIRST_ITEM + item,
                        FIRST_CATEGORY + item % 100 * 1_000_003L,
                        isVisit ? '"' + category + '"' : "null",
                        item % 5 == 0 ? "null" : "\"brand" + item % 50 + '"',
                        item % 900 + 10,
                        item % 100,
                        500_000_000 + click.userId(),
                        new UUID(click.userId() * 0x9E3779B97F4A7C15L, click.globalSeq() << 40))
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Found parse(JsonParser parser) throws IOException {
        long user = 0;
        long time = 0;
        String eventType = null;
        String department = null;
        String item = null;
        parser.nextToken();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "user_id" -> user = parser.getLongValue();
                case "event_time" -> time = millis(parser.getText());
                case "event_type" -> eventType = type(parser.getText());
                case "category_code" ->
                        department = value == JsonToken.VALUE_NULL ? null : first(parser.getText());
                case "product_id" -> item = parser.getText();
                default -> parser.skipChildren();
            }
        }
        return new Found(user, time, eventType, department, item);
    }

    @Override
    public Found pick(JsonNode tree) {
        return new Found(
                tree.get("user_id").longValue(),
                millis(tree.get("event_time").textValue()),
                type(tree.get("event_type").textValue()),
                first(tree.get("category_code").textValue()),
                tree.get("product_id").asText());
    }

    @Override
    public RowType rowType() {
        VarCharType text = new VarCharType(VarCharType.MAX_LENGTH);
        return RowType.of(
                new LogicalType[] {new BigIntType(), text, text, text, text},
                new String[] {
                    "user_id", "event_time", "event_type", "category_code", "product_id"
                });
    }

    @Override
    public Found pick(RowData row) {
        return new Found(
                row.getLong(0),
                millis(row.getString(1).toString()),
                type(row.getString(2).toString()),
                row.isNullAt(3) ? null : first(row.getString(3).toString()),
                row.getString(4).toString());
    }

    private static long millis(String text) {
        return Instant.from(TIME.parse(text)).toEpochMilli();
    }

    private static String type(String name) {
        return switch (name) {
            case "view" -> "product_detail";
            case "purchase" -> "order_checkout";
            default -> name;
        };
    }

    @Nullable
    private static String first(@Nullable String category) {
        int end = category == null ? -1 : category.indexOf('.');
        return end < 0 ? category : category.substring(0, end);
    }
}

package io.clickstream.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.FileReplay;
import io.clickstream.config.ReplayConfig;
import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import io.clickstream.source.RecordDecoder;
import io.clickstream.testing.PropertyGroups;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * Presets for the events of well-known tools, from the record to the click. The records are made
 * up; their shapes are those of the public documentation.
 */
class PresetsTest {

    @Test
    void readsGoogleAnalytics() {
        String view =
                """
                {"event_date": "20240703", "event_timestamp": "1719990784408999",
                 "event_name": "view_item", "user_id": null, "user_pseudo_id": "123.456",
                 "event_params": [{"key": "ga_session_id", "value": {"int_value": "1719990000"}}],
                 "device": {"category": "mobile"},
                 "items": [{"item_id": "sku-7", "item_category": "Shoes", "price": 19.5},
                           {"item_id": "sku-8", "item_category": "Bags", "price": 1}]}
                """;
        UserId user = UserId.ofString("123.456");

        assertClick("ga4", view, user, "2024-07-03T07:13:04.408Z", "Shoes", false);
        assertItem("ga4", view.replace("view_item", "add_to_cart"), "sku-7", "19.5");
        String purchase =
                view.replace("view_item", "purchase").replaceAll("(?s)\\[\\{\"item_id.*]", "[]");
        assertClick("ga4", purchase, user, "2024-07-03T07:13:04.408Z", null, true);
    }

    @Test
    void readsSegment() {
        String added =
                """
                {"type": "track", "event": "Product Added", "anonymousId": "anon-1",
                 "userId": null, "timestamp": "2024-07-03T07:06:24.408Z",
                 "properties": {"product_id": "p-7", "category": "Shoes", "price": 19,
                                "quantity": 1}}
                """;
        String at = "2024-07-03T07:06:24.408Z";

        assertClick("segment", added, UserId.ofString("anon-1"), at, "Shoes", false);
        assertItem("segment", added, "p-7", "19");
        String ordered =
                """
                {"type": "track", "event": "Order Completed", "anonymousId": "anon-1",
                 "userId": "user-1", "timestamp": "2024-07-03T07:06:24.408Z",
                 "properties": {"order_id": "o-1", "total": 38, "products":
                     [{"product_id": "p-8", "category": "Garden", "price": 38}]}}
                """;
        assertClick("segment", ordered, UserId.ofString("user-1"), at, "Garden", true);
    }

    @Test
    void readsSnowplow() {
        String view =
                """
                {"app_id": "shop", "event": "unstruct", "user_id": null,
                 "domain_userid": "8b3c", "domain_sessionid": "s-1",
                 "collector_tstamp": "2024-07-03T07:06:25.308Z",
                 "derived_tstamp": "2024-07-03T07:06:24.408Z",
                 "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1":
                     {"type": "add_to_cart"},
                 "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1":
                     [{"id": "sku-7", "category": "apparel/shirts", "price": 12.5}]}
                """;
        UserId user = UserId.ofString("8b3c");
        String at = "2024-07-03T07:06:24.408Z";

        assertClick("snowplow", view, user, at, "apparel", false);
        assertItem("snowplow", view, "sku-7", "12.5");
        String bought = view.replace("add_to_cart", "transaction");
        assertClick("snowplow", bought, user, at, "apparel", true);
        String page =
                "{\"event\":\"page_view\",\"domain_userid\":\"8b3c\",\"derived_tstamp\":\""
                        + at
                        + "\"}";
        assertClick("snowplow", page, user, at, null, false);
    }

    @Test
    void readsRees46() {
        String carted =
                """
                {"event_time": "2019-10-01 00:00:01 UTC", "event_type": "cart",
                 "product_id": 17200506, "category_id": 2053013559792632471,
                 "category_code": "furniture.living_room.sofa", "brand": null, "price": 543.1,
                 "user_id": 519107250, "user_session": "566511c2"}
                """;
        UserId user = UserId.ofNumber(519107250);
        String at = "2019-10-01T00:00:01Z";

        assertClick("rees46", carted, user, at, "furniture", false);
        assertItem("rees46", carted, "17200506", "543.1");
        String bought =
                carted.replace("\"cart\"", "\"purchase\"")
                        .replace("\"furniture.living_room.sofa\"", "null");
        assertClick("rees46", bought, user, at, null, true);
    }

    private static void assertClick(
            String preset,
            String record,
            UserId user,
            String time,
            String department,
            boolean checkout) {
        assertThat(decode(preset, record))
                .isEqualTo(
                        new Click(
                                user,
                                Instant.parse(time).toEpochMilli(),
                                department,
                                checkout,
                                null));
    }

    /** The item that the group {@code carts} sees go into a cart. */
    private static void assertItem(String preset, String record, String item, String value) {
        Click click = decode(preset, record);
        assertThat(click.text(CarriedText.ITEM)).isEqualTo(item);
        assertThat(click.text(CarriedText.VALUE)).isEqualTo(value);
    }

    private static Click decode(String preset, String record) {
        RecordDecoder decoder =
                FileReplay.decoder(
                        ReplayConfig.parse(
                                PropertyGroups.none()
                                        .with("format", "type", "json")
                                        .with("format", "preset", preset)
                                        .group("carts")
                                        .build()));
        byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
        return (Click) decoder.decode(new RawRecord("clicks", 0, 17, bytes));
    }
}

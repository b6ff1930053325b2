package io.clickstream.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventNamesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "purchase",
                "Order Completed",
                "orderPlaced",
                "transaction",
                "buy",
                "ORDER_PAID",
                "checkout_complete"
            })
    void knowsCheckouts(String type) {
        assertThat(EventNames.renamed(List.of("x", type)))
                .isEqualTo(Map.of(type, "order_checkout"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cart", "addtocart", "AddToCart", "Product Added", "add to basket"})
    void knowsWhatGoesIntoCarts(String type) {
        assertThat(EventNames.renamed(List.of(type))).isEqualTo(Map.of(type, "add_to_cart"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"removefromcart", "Product Removed", "cart_remove", "deleteFromBasket"})
    void knowsWhatLeavesCarts(String type) {
        assertThat(EventNames.renamed(List.of(type))).isEqualTo(Map.of(type, "remove_from_cart"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"view", "pv", "view_item", "Product Viewed", "product_view", "itemView"})
    void knowsViewsOfItems(String type) {
        assertThat(EventNames.renamed(List.of(type))).isEqualTo(Map.of(type, "product_detail"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "page_view",
                "view_cart",
                "view_item_list",
                "begin_checkout",
                "Checkout Started",
                "Order Refunded",
                "Order Cancelled",
                "add_to_wishlist",
                "home_page",
                "snowplow_ecommerce_action",
                "fav",
                "order_checkout",
                ""
            })
    void leavesOthersAlone(String type) {
        assertThat(EventNames.renamed(List.of(type))).isEmpty();
    }

    @Test
    void anOrderIsACheckoutIfNothingElseIs() {
        assertThat(EventNames.renamed(List.of("browse", "order")))
                .isEqualTo(Map.of("order", "order_checkout"));
        assertThat(EventNames.renamed(List.of("order", "order_checkout"))).isEmpty();
        assertThat(EventNames.renamed(List.of("order", "purchase")))
                .isEqualTo(Map.of("purchase", "order_checkout"));
    }
}

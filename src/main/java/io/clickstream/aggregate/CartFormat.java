package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.CartOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What became of a cart. The document id is the id of the cart, so that an index has the last
 * outcome of each cart.
 */
public final class CartFormat implements AggregateFormat<CartOutcome> {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] key(CartOutcome cart) {
        return cart.shownUser().asText().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(CartOutcome cart) {
        return cart.time() - 1;
    }

    /** The same for all outcomes of a cart, so that they are in the same index. */
    @Override
    public long windowBegin(CartOutcome cart) {
        return cart.since();
    }

    @Override
    public String documentId(CartOutcome cart) {
        return cart.cartId();
    }

    @Override
    public void write(CartOutcome cart, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("cartId", cart.cartId());
        json.writeFieldName("userId");
        cart.shownUser().writeTo(json);
        json.writeStringField("outcome", cart.kind().label());
        json.writeNumberField("items", cart.items());
        json.writeArrayFieldStart("itemIds");
        for (String id : cart.itemIds()) {
            json.writeString(id);
        }
        json.writeEndArray();
        if (cart.value() != null) {
            json.writeFieldName("value");
            json.writeNumber(cart.value().toPlainString());
        }
        json.writeStringField("lastStep", cart.lastStep().label());
        json.writeNumberField("since", cart.since());
        json.writeNumberField("lastChange", cart.lastChange());
        json.writeNumberField("windowBeginTime", cart.since());
        json.writeNumberField("windowEndTime", cart.time());
        if (cart.isTruncated()) {
            json.writeNumberField("itemsTruncated", 1);
        }
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.keyword("cartId"),
                IndexField.keyword("userId"),
                IndexField.code("outcome"),
                IndexField.ofInteger("items"),
                IndexField.keyword("itemIds"),
                IndexField.ofDouble("value"),
                IndexField.code("lastStep"),
                IndexField.date("since"),
                IndexField.date("lastChange"),
                IndexField.date("windowBeginTime"),
                IndexField.date("windowEndTime"),
                IndexField.ofInteger("itemsTruncated"));
    }
}

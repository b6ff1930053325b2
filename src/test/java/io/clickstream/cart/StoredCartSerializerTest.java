package io.clickstream.cart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.CartOutcome.Step;
import io.clickstream.testing.SerializerContract;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StoredCartSerializerTest extends SerializerContract<StoredCart> {

    private static final long TIME = 1_655_183_299_648L;

    StoredCartSerializerTest() {
        super(
                StoredCart.class,
                StoredCartSerializer.INSTANCE,
                Stream.of(new UserCart(), checkedOut(), filled(), abandoned(), waiting())
                        .map(CartCodec::store)
                        .toList());
    }

    @Override
    protected Object content(StoredCart stored) {
        UserCart cart = CartCodec.read(stored);
        return List.of(
                cart.items.entrySet().stream()
                        .map(
                                each ->
                                        each.getKey()
                                                + each.getValue().time()
                                                + each.getValue().isRemoved()
                                                + each.getValue().value())
                        .toList(),
                cart.waiting.toString(),
                List.of(cart.over, cart.since, cart.lastChange, cart.abandonedAt, cart.timer),
                cart.lastStep,
                String.valueOf(cart.known) + cart.knownTime,
                cart.waiting.stream().map(CartChange::known).map(String::valueOf).toList(),
                cart.truncated,
                cart.itemsInCart());
    }

    /** The golden file holds no such cart. */
    @Test
    void aCartKeepsItsKnownUser() {
        UserCart cart = abandoned();
        cart.known = "\"7";
        cart.knownTime = 5;
        cart.waiting.add(new CartChange(TIME, Step.CHECKOUT, "", CartValue.NONE, "ann"));
        cart.waiting.add(new CartChange(TIME, Step.ADD, "book", CartValue.parse("5"), "ann"));

        StoredCart stored = CartCodec.store(cart);

        assertThat(content(stored)).isEqualTo(content(CartCodec.store(CartCodec.read(stored))));
        assertThat(CartCodec.read(stored).known).isEqualTo("\"7");
        assertThat(CartCodec.read(stored).knownTime).isEqualTo(5);
        assertThat(CartCodec.read(stored).waiting)
                .extracting(CartChange::known)
                .containsExactly("ann", "ann");
    }

    @Test
    void aCartIsSmall() {
        UserCart cart = new UserCart();
        cart.since = TIME - 60_000;
        cart.lastChange = TIME;
        cart.timer = TIME + 1_799_999;
        int empty = CartCodec.store(cart).bytes().length;
        cart.restore("B-17", CartItem.added(TIME - 60_000, CartValue.NONE));
        int one = CartCodec.store(cart).bytes().length;

        assertThat(empty).isLessThanOrEqualTo(20);
        assertThat(one - empty).isLessThanOrEqualTo("B-17".length() + 5);
    }

    @Test
    void aCartOfALaterVersionIsRefused() {
        byte[] bytes = CartCodec.store(filled()).bytes().clone();
        bytes[0] = 2;

        assertThatThrownBy(() -> CartCodec.read(new StoredCart(bytes)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("A cart in state has version 2, which only a later release can read");
    }

    @Test
    void aCartThatEndsTooEarlyIsRefused() {
        byte[] bytes = CartCodec.store(filled()).bytes();

        assertThatThrownBy(
                        () ->
                                CartCodec.read(
                                        new StoredCart(Arrays.copyOf(bytes, bytes.length - 1))))
                .isInstanceOf(UncheckedIOException.class);
    }

    private static UserCart checkedOut() {
        UserCart cart = new UserCart();
        cart.over = TIME;
        cart.timer = TIME + 1_801_000;
        return cart;
    }

    private static UserCart filled() {
        UserCart cart = new UserCart();
        cart.restore("book", CartItem.added(TIME, CartValue.parse("19.99")));
        cart.restore("", CartItem.added(TIME + 5, CartValue.NONE));
        cart.restore("学", CartItem.removed(TIME + 9));
        cart.over = TIME - 1;
        cart.since = TIME;
        cart.lastChange = TIME + 9;
        cart.lastStep = Step.REMOVE;
        cart.timer = TIME + 1_800_000;
        return cart;
    }

    private static UserCart abandoned() {
        UserCart cart = new UserCart();
        cart.restore("book", CartItem.added(0, CartValue.parse("-1e11")));
        cart.since = 0;
        cart.lastChange = 0;
        cart.abandonedAt = 1_800_000;
        cart.truncated = true;
        cart.timer = Long.MAX_VALUE - 1;
        return cart;
    }

    private static UserCart waiting() {
        UserCart cart = new UserCart();
        cart.waiting.add(new CartChange(TIME, Step.ADD, "book", CartValue.parse("5")));
        cart.waiting.add(new CartChange(TIME, Step.ADD, "", CartValue.NONE));
        cart.waiting.add(new CartChange(TIME + 1, Step.REMOVE, "book", CartValue.NONE));
        cart.waiting.add(new CartChange(TIME + 300_000, Step.CHECKOUT, "", CartValue.NONE));
        cart.timer = TIME;
        return cart;
    }
}

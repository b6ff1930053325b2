package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import io.clickstream.event.UserId;
import org.junit.jupiter.api.Test;

/** Clicks on their way into their sessions. */
class PendingClicksTest {

    private final PendingClicks pending = new PendingClicks(2);

    /** As the reader behind the shuffle does it. */
    @Test
    void aClickMayBecomeAnotherOneOnceItIsAdded() {
        Click click = new Click(UserId.ofNumber(0), 0, null, false, null);
        click.become(7, 1_000, "Books", true);
        click.setBehindWatermark(true);
        Click first = click.copy();
        pending.add(click);
        click.become(8, 2_000, null, false);
        click.setBehindWatermark(false);
        pending.add(click);
        click.become(9, 3_000, "Toys", true);

        assertThat(pending.isFull()).isTrue();
        assertThat(pending.user(0)).isEqualTo(UserId.ofNumber(7));
        assertThat(pending.timestamp(0)).isEqualTo(1_000);
        assertThat(pending.department(0)).isEqualTo("Books");
        assertThat(pending.isCheckout(0)).isTrue();
        assertThat(pending.isBehindWatermark(0)).isTrue();
        assertThat(pending.clickBehindWatermark(0)).isEqualTo(first);
        assertThat(pending.user(1)).isEqualTo(UserId.ofNumber(8));
        assertThat(pending.timestamp(1)).isEqualTo(2_000);
        assertThat(pending.department(1)).isNull();
        assertThat(pending.isCheckout(1)).isFalse();
        assertThat(pending.isBehindWatermark(1)).isFalse();
    }

    @Test
    void keepsTheClicksOfCartsOnly() {
        PendingClicks ofCarts = new PendingClicks(4);
        ofCarts.keepClicksOfCarts();
        Click click = new Click(UserId.ofNumber(0), 0, null, false, null);
        click.become(1, 1_000, null, false);
        ofCarts.add(click);
        click.become(2, 2_000, null, true);
        ofCarts.add(click);
        click.become(3, 3_000, null, false);
        click.setMarks(EventMarks.CART);
        ofCarts.add(click);
        click.become(4, 4_000, null, false);
        click.setMarks(EventMarks.CART_REMOVAL);
        ofCarts.add(click);

        assertThat(ofCarts.ofCartsCount()).isEqualTo(3);
        assertThat(ofCarts.clickOfCart(0)).isNull();
        assertThat(ofCarts.clickOfCart(1).isCheckout()).isTrue();
        assertThat(ofCarts.clickOfCart(2).user()).isEqualTo(UserId.ofNumber(3));
        assertThat(ofCarts.clickOfCart(3).marks()).isEqualTo(EventMarks.CART_REMOVAL);
        ofCarts.clear();
        assertThat(ofCarts.ofCartsCount()).isZero();
        assertThat(ofCarts.clickOfCart(1)).isNull();
        pending.add(click);
        assertThat(pending.ofCartsCount()).isZero();
    }

    @Test
    void numbersAndTextsAreUsersAsTheyCame() {
        pending.add(new Click(UserId.ofNumber(1), 0, null, false, null));
        pending.add(new Click(UserId.ofString("1"), 0, null, false, null));

        assertThat(pending.user(0)).isEqualTo(UserId.ofNumber(1));
        assertThat(pending.text(0)).isNull();
        assertThat(pending.hash(0)).isEqualTo(OpenUsers.hash(UserId.ofNumber(1)));
        assertThat(pending.user(1)).isEqualTo(UserId.ofString("1"));
        assertThat(pending.hash(1)).isEqualTo(OpenUsers.hash(UserId.ofString("1")));

        pending.clear();
        pending.add(new Click(UserId.ofString("1"), 0, null, false, null));
        assertThat(pending.size()).isEqualTo(1);
        assertThat(pending.user(0)).isEqualTo(UserId.ofString("1"));
    }
}

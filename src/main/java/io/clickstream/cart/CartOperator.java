package io.clickstream.cart;

import io.clickstream.event.CartOutcome;
import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import io.clickstream.flink.ChainedOperator;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Reports carts that were abandoned, and those of them that were recovered. It receives only clicks
 * that change a cart, from the sessions, which have accepted them. A {@link UserCart} decides; this
 * operator keeps it in keyed state behind a {@link CartCache}, with one timer at most.
 *
 * <p>A bounded input arrives sorted by user, and by time within a user, without a watermark until
 * the user's last click. Then the time of a click says that all earlier ones have arrived.
 */
public final class CartOperator extends ChainedOperator<CartOutcome>
        implements OneInputStreamOperator<Click, CartOutcome>, Triggerable<UserId, VoidNamespace> {

    private static final long serialVersionUID = 1L;

    private static final ValueStateDescriptor<StoredCart> CART =
            new ValueStateDescriptor<>("cart", StoredCartSerializer.INSTANCE);

    private final CartSettings settings;
    private final boolean sortedByUser;
    private final long cacheBytes;

    private transient CartCache carts;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient Consumer<CartOutcome> out;

    /**
     * Creates an operator keyed by user.
     *
     * @param sortedByUser whether the input is bounded and sorted by user and time
     */
    public CartOperator(CartSettings settings, boolean sortedByUser) {
        // A bounded input is sorted by user, and state of users before is gone.
        this(settings, sortedByUser, sortedByUser ? 0 : CartCache.MAX_BYTES);
    }

    /**
     * Creates an operator with a cache of a certain size.
     *
     * @param cacheBytes as in {@link CartCache}
     */
    CartOperator(CartSettings settings, boolean sortedByUser, long cacheBytes) {
        this.cacheBytes = cacheBytes;
        this.settings = settings;
        this.sortedByUser = sortedByUser;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        carts =
                new CartCache(
                        context.getKeyedStateStore().getState(CART),
                        this::setCurrentKey,
                        cacheBytes);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        carts.flush();
    }

    @Override
    public void open() throws Exception {
        super.open();
        timers = getInternalTimerService("carts", VoidNamespaceSerializer.INSTANCE, this);
        out = this::emit;
    }

    @Override
    public void processElement(StreamRecord<Click> element) throws Exception {
        Click click = element.getValue();
        CartChange change = CartChange.of(click);
        if (change == null) {
            return;
        }
        UserCart known = carts.get(click.user());
        UserCart cart = known == null ? new UserCart() : known;
        long complete = sortedByUser ? change.time() - 1 : complete();
        cart.add(change, complete, settings, click.user(), out);
        write(click.user(), cart);
    }

    @Override
    public void onEventTime(InternalTimer<UserId, VoidNamespace> timer) throws Exception {
        UserCart cart = carts.get(timer.getKey());
        if (cart == null) {
            return;
        }
        cart.timer = UserCart.NONE;
        cart.pass(complete(), settings, timer.getKey(), out);
        write(timer.getKey(), cart);
    }

    @Override
    public void onProcessingTime(InternalTimer<UserId, VoidNamespace> timer) {
        throw new IllegalStateException("No such timer is ever set");
    }

    /**
     * The time up to which all clicks have arrived. The watermark is a millisecond lower behind the
     * operator that drives event time.
     */
    private long complete() {
        long watermark = timers.currentWatermark();
        return watermark == Long.MIN_VALUE || watermark == Long.MAX_VALUE
                ? watermark
                : watermark + 1;
    }

    private void write(UserId user, UserCart cart) throws IOException {
        if (cart.isEmpty()) {
            deleteTimer(cart);
            carts.remove(user);
            return;
        }
        long next = cart.nextTimer(settings);
        // A timer that is too early finds nothing to do, and sets the next one.
        if (cart.timer == UserCart.NONE || next < cart.timer) {
            deleteTimer(cart);
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, next);
            cart.timer = next;
        }
        carts.put(user, cart);
    }

    private void deleteTimer(UserCart cart) {
        if (cart.timer != UserCart.NONE) {
            timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, cart.timer);
            cart.timer = UserCart.NONE;
        }
    }

    private void emit(CartOutcome outcome) {
        output.collect(new StreamRecord<>(outcome, outcome.time() - 1));
    }
}

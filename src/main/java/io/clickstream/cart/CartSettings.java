package io.clickstream.cart;

import java.io.Serializable;
import java.time.Duration;

/** When a cart is abandoned, and how long the job remembers what happened to it. */
public final class CartSettings implements Serializable {

    private static final long serialVersionUID = 1L;

    private final long abandonedAfter;
    private final long recoveredWithin;
    private final long memory;

    /**
     * Creates settings.
     *
     * @param abandonedAfter how long after its last change a cart is abandoned
     * @param recoveredWithin how long after that a checkout recovers it
     * @param sessionGap how far behind the watermark a click may be, since later ones are in no
     *     open session, unless the session is longer
     */
    public CartSettings(Duration abandonedAfter, Duration recoveredWithin, Duration sessionGap) {
        this.abandonedAfter = abandonedAfter.toMillis();
        this.recoveredWithin = recoveredWithin.toMillis();
        this.memory = this.abandonedAfter + sessionGap.toMillis();
    }

    /** How long after its last change a cart is abandoned, in ms. */
    long abandonedAfter() {
        return abandonedAfter;
    }

    /** How long after a cart was abandoned a checkout recovers it, in ms. */
    long recoveredWithin() {
        return recoveredWithin;
    }

    /** How far behind the watermark a click may be to change a cart, in ms. */
    long memory() {
        return memory;
    }
}

package io.clickstream.cart;

import java.util.Arrays;

/** The cart of a user as it is stored, packed by {@link CartCodec}. Immutable. */
final class StoredCart {

    private final byte[] bytes;

    /** Takes the bytes without a copy. */
    StoredCart(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredCart && Arrays.equals(bytes, ((StoredCart) other).bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}

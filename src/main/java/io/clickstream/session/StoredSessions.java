package io.clickstream.session;

import java.util.Arrays;

/** Open sessions as they are stored: of one user, or a segment of the log. Immutable. */
final class StoredSessions {

    private final byte[] bytes;

    /** Takes the bytes without a copy. */
    StoredSessions(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredSessions
                && Arrays.equals(bytes, ((StoredSessions) other).bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}

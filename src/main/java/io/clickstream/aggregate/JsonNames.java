package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;

/**
 * Writes names that occur often, such as departments, and encodes each of them once. Thread-safe:
 * at worst, a name is encoded twice.
 */
final class JsonNames {

    /** A power of two. A shop has tens to hundreds of departments. */
    private static final int SLOTS = 512;

    /** The most recent names, by hash. */
    private final SerializedString[] names = new SerializedString[SLOTS];

    /** Writes a name as the generator writes any string. */
    @SuppressWarnings("ReferenceEquality") // Names are pooled: mostly it is the same object.
    void write(String name, JsonGenerator json) throws IOException {
        int slot = name.hashCode() & (SLOTS - 1);
        SerializedString known = names[slot];
        if (known == null || (known.getValue() != name && !known.getValue().equals(name))) {
            if (!isAscii(name)) {
                // The generator escapes what Jackson's encoder refuses: half of a surrogate pair.
                json.writeString(name);
                return;
            }
            known = new SerializedString(name);
            names[slot] = known;
        }
        json.writeString(known);
    }

    private static boolean isAscii(String name) {
        return name.chars().allMatch(c -> c < 0x80);
    }
}

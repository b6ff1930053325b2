package io.clickstream.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;

/**
 * Tells text from what only looks like it. The parser takes bytes that are no UTF-8, and JSON can
 * hold half of a surrogate pair. Written out, different ones of both become the same {@code ?}.
 */
public final class Texts {

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long EIGHT_HIGH_BITS = 0x8080_8080_8080_8080L;

    /** Whether all bytes are ASCII, as nearly all records are. Looks at eight bytes at a time. */
    public static boolean isAscii(byte[] bytes) {
        int lastWord = bytes.length - Long.BYTES;
        if (lastWord < 0) {
            byte found = 0;
            for (byte b : bytes) {
                found |= b;
            }
            return found >= 0;
        }
        // The last word may have bytes in it that the loop looks at, too.
        long found = (long) LONG.get(bytes, lastWord);
        for (int i = 0; i < lastWord; i += Long.BYTES) {
            found |= (long) LONG.get(bytes, i);
        }
        return (found & EIGHT_HIGH_BITS) == 0;
    }

    /**
     * Where bytes cease to be UTF-8 (RFC 3629): at a character that is cut off, longer than need
     * be, half of a surrogate pair, or above U+10FFFF.
     *
     * @param to the first byte behind the text
     * @return where that character begins; -1 if all is well
     */
    public static int firstInvalid(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int first = bytes[i];
            if (first >= 0) {
                i = i + Long.BYTES <= to && isAscii(bytes, i) ? i + Long.BYTES : i + 1;
                continue;
            }
            int length = length(first & 0xff);
            if (length == 0 || i + length > to || !isSecond(first & 0xff, bytes[i + 1] & 0xff)) {
                return i;
            }
            for (int j = 2; j < length; j++) {
                if ((bytes[i + j] & 0xc0) != 0x80) {
                    return i;
                }
            }
            i += length;
        }
        return -1;
    }

    /** Whether eight bytes are ASCII. */
    private static boolean isAscii(byte[] bytes, int from) {
        return ((long) LONG.get(bytes, from) & EIGHT_HIGH_BITS) == 0;
    }

    /** Of a character that begins with this byte; 0 if none does. */
    private static int length(int first) {
        if (first < 0xc2 || first > 0xf4) {
            return 0;
        }
        if (first < 0xe0) {
            return 2;
        }
        return first < 0xf0 ? 3 : 4;
    }

    private static boolean isSecond(int first, int second) {
        switch (first) {
            case 0xe0:
                return second >= 0xa0 && second <= 0xbf;
            case 0xed:
                return second >= 0x80 && second <= 0x9f;
            case 0xf0:
                return second >= 0x90 && second <= 0xbf;
            case 0xf4:
                return second >= 0x80 && second <= 0x8f;
            default:
                return second >= 0x80 && second <= 0xbf;
        }
    }

    /** Whether bytes are text in an encoding. */
    public static boolean isEncoded(byte[] bytes, Charset charset) {
        if (charset.name().startsWith("UTF-32")) {
            return isUtf32(bytes, charset.name().endsWith("BE"));
        }
        try {
            charset.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Java's decoder takes each half of a surrogate pair for a character. */
    private static boolean isUtf32(byte[] bytes, boolean bigEndian) {
        if (bytes.length % Integer.BYTES != 0) {
            return false;
        }
        ByteBuffer points =
                ByteBuffer.wrap(bytes)
                        .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        while (points.hasRemaining()) {
            int point = points.getInt();
            if (!Character.isValidCodePoint(point)
                    || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
                return false;
            }
        }
        return true;
    }

    /** Whether each half of a surrogate pair is beside its other half. */
    public static boolean isPaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length()
                        || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private Texts() {}
}

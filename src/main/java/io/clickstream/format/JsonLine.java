package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.clickstream.event.Texts;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Renders a JSON object as one line of a file. The bytes stay unchanged, with three exceptions: a
 * byte order mark is dropped, line ends between tokens become spaces, and UTF-16 and UTF-32 become
 * UTF-8.
 */
final class JsonLine {

    private static final JsonFactory JSON = RecordJson.FACTORY;

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final byte[] UTF8_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long EIGHT_BLANKS = 0x2020_2020_2020_2020L;
    private static final long EIGHT_HIGH_BITS = 0x8080_8080_8080_8080L;

    /**
     * Renders a record as one line.
     *
     * @param checked whether the record is known to be one JSON object
     * @throws MalformedRecordException if it is not one
     */
    static byte[] of(byte[] record, boolean checked) throws MalformedRecordException {
        if (!checked) {
            check(record);
        }
        if (record.length >= UTF8_MARK.length
                && Arrays.equals(record, 0, UTF8_MARK.length, UTF8_MARK, 0, UTF8_MARK.length)) {
            return of(Arrays.copyOfRange(record, UTF8_MARK.length, record.length), true);
        }
        if (!hasControlCharacter(record)) {
            return record;
        }
        boolean manyLines = false;
        for (byte b : record) {
            if (b == 0) {
                // In UTF-8 it can be nowhere in JSON; in UTF-16 and UTF-32 it is in every bracket.
                byte[] line = inOneLine(utf8(record));
                // Jackson finds out the encoding by rules of its own.
                check(line);
                return line;
            }
            manyLines |= b == '\n' || b == '\r';
        }
        return manyLines ? inOneLine(record.clone()) : record;
    }

    /**
     * Whether a byte is below the space character. Hardly any record has one, so the loop always
     * runs to the end, eight bytes at a time ("Determine if a word has a byte less than n" of Sean
     * Anderson's Bit Twiddling Hacks): the compiler unrolls loops with a single exit.
     */
    private static boolean hasControlCharacter(byte[] record) {
        int lastWord = record.length - Long.BYTES;
        if (lastWord < 0) {
            for (byte b : record) {
                if (b >= 0 && b < ' ') {
                    return true;
                }
            }
            return false;
        }
        // The last word may have bytes in it that the loop looks at, too.
        long found = controlCharacters(record, lastWord);
        for (int i = 0; i < lastWord; i += Long.BYTES) {
            found |= controlCharacters(record, i);
        }
        return found != 0;
    }

    /** Has a bit for each of eight bytes that is below the space character; 0 if there is none. */
    private static long controlCharacters(byte[] record, int begin) {
        long bytes = (long) LONG.get(record, begin);
        return bytes - EIGHT_BLANKS & ~bytes & EIGHT_HIGH_BITS;
    }

    /** Replaces line ends with spaces. JSON strings contain line ends only in escaped form. */
    private static byte[] inOneLine(byte[] line) {
        for (int i = 0; i < line.length; i++) {
            if (line[i] == '\n' || line[i] == '\r') {
                line[i] = ' ';
            }
        }
        return line;
    }

    /** Converts a JSON record, which begins with two ASCII characters or a byte order mark. */
    private static byte[] utf8(byte[] record) {
        String text = new String(record, wideCharset(record));
        return text.substring(text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The encoding of a JSON record. */
    static Charset charset(byte[] record) {
        boolean hasZero = false;
        for (byte b : record) {
            hasZero |= b == 0;
        }
        // In UTF-8 it can be nowhere in JSON; in UTF-16 and UTF-32 it is in every bracket.
        return hasZero ? wideCharset(record) : StandardCharsets.UTF_8;
    }

    private static Charset wideCharset(byte[] record) {
        boolean bigEndian =
                record[0] == 0 || (record[0] == (byte) 0xFE && record[1] == (byte) 0xFF);
        boolean wide =
                bigEndian ? record[0] == 0 && record[1] == 0 : record[2] == 0 && record[3] == 0;
        if (wide) {
            return Charset.forName(bigEndian ? "UTF-32BE" : "UTF-32LE");
        }
        return bigEndian ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
    }

    private static void check(byte[] record) throws MalformedRecordException {
        try (JsonParser parser = JSON.createParser(record)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedRecordException("not a JSON object");
            }
            parser.skipChildren();
            parser.finishToken();
            if (parser.nextToken() != null) {
                throw new MalformedRecordException("there is more data after the JSON object");
            }
            if (!Texts.isAscii(record)) {
                FieldParser.checkText(record);
            }
        } catch (JsonProcessingException e) {
            throw new MalformedRecordException("not JSON: " + FieldParser.problem(e));
        } catch (IOException e) {
            throw new MalformedRecordException("not JSON: " + e.getMessage());
        }
    }

    private JsonLine() {}
}

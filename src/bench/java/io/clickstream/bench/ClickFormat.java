package io.clickstream.bench;

import io.clickstream.tools.traffic.ClickEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The format of a workload's clicks, all of which have the lab's fields. */
public enum ClickFormat {
    /** Avro in the wire schema, without a header: about 50 bytes. */
    AVRO {
        @Override
        ClickEncoder encoder() {
            return ClickEncoder.avro();
        }

        /**
         * The time stands behind the address, a string of up to 63 bytes with its length in one.
         */
        @Override
        void shiftTime(byte[] click, long shift) {
            int at = 1 + (click[0] >> 1);
            long time = 0;
            for (int i = 0; i < AVRO_TIME_BYTES; i++) {
                time |= (click[at + i] & 0x7fL) << (7 * i);
            }
            time += shift << 1;
            for (int i = 0; i < AVRO_TIME_BYTES - 1; i++) {
                click[at + i] = (byte) ((time & 0x7f) | 0x80);
                time >>>= 7;
            }
            click[at + AVRO_TIME_BYTES - 1] = (byte) time;
        }

        /** The user is behind the time, the device, and two strings in unions with null. */
        @Override
        int user(byte[] click) {
            int at = 1 + (click[0] >> 1) + AVRO_TIME_BYTES;
            at += 1 + (click[at] >> 1);
            at += 2 + (click[at + 1] >> 1);
            at += 2 + (click[at + 1] >> 1);
            int user = 0;
            int bits = 0;
            byte next;
            do {
                next = click[at++];
                user |= (next & 0x7f) << bits;
                bits += 7;
            } while (next < 0);
            return user >>> 1;
        }
    },

    /** One JSON object without blanks: about 180 bytes. */
    JSON {
        @Override
        ClickEncoder encoder() {
            return ClickEncoder.json();
        }

        /** The time is the second field, behind the address. */
        @Override
        void shiftTime(byte[] click, long shift) {
            int at = JSON_ADDRESS.length();
            while (click[at] != '"') {
                at++;
            }
            at += JSON_TIME.length();
            long time = 0;
            for (int i = 0; i < JSON_TIME_DIGITS; i++) {
                time = 10 * time + click[at + i] - '0';
            }
            time += shift;
            for (int i = JSON_TIME_DIGITS - 1; i >= 0; i--) {
                click[at + i] = (byte) ('0' + time % 10);
                time /= 10;
            }
        }

        @Override
        int user(byte[] click) {
            String json = new String(click, StandardCharsets.ISO_8859_1);
            int begin = json.indexOf(JSON_USER) + JSON_USER.length();
            return Integer.parseInt(json.substring(begin, json.indexOf(',', begin)));
        }
    };

    /**
     * Bytes of the time of every click. Avro writes it as a number with 7 bits per byte and the
     * sign in the lowest bit; that makes 6 bytes for all times from 1970-07 to 2039-09.
     */
    private static final int AVRO_TIME_BYTES = 6;

    private static final String JSON_ADDRESS = "{\"ip\":\"";
    private static final String JSON_TIME = "\",\"eventtimestamp\":";
    private static final String JSON_USER = "\"userid\":";

    /** Digits of all times from 2001-09 to 2286-11. */
    private static final int JSON_TIME_DIGITS = 13;

    /** Makes the bytes of clicks. */
    abstract ClickEncoder encoder();

    /** Makes a click later, in ms. */
    abstract void shiftTime(byte[] click, long shift);

    /** The user of a click. */
    abstract int user(byte[] click);

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import io.clickstream.config.ClickField;
import io.clickstream.config.IpRange;
import io.clickstream.config.IpText;
import io.clickstream.config.PrivacyConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Replaces IP addresses in records before they leave the job, by the network, such as {@code
 * 66.249.1.0} or {@code 2001:db8:1::}, or by a hash: the first 128 bits of HMAC-SHA256, in
 * hexadecimal digits. A field can contain several addresses separated by commas, as {@code
 * X-Forwarded-For} does; ports are dropped. Text that is not an address becomes {@code unknown} (as
 * in RFC 7239), or is hashed, too.
 */
public final class IpPrivacy implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final JsonFactory JSON = RecordJson.FACTORY;

    private static final String ALGORITHM = "HmacSHA256";
    private static final String KEY = "privacy / ip";
    private static final int HASH_BYTES = 16;
    private static final String UNKNOWN = "unknown";

    private static final Pattern MAYBE_V6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

    /** Matches anywhere, even at the end of a word. */
    private static final Pattern MAYBE_V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final List<JsonPointer> fields;
    private final boolean hashed;
    private final byte[] salt;

    private transient FieldTree tree;
    @Nullable private transient PointerWatch watch;
    @Nullable private transient Mac mac;

    /** Creates an object from the configuration. */
    public IpPrivacy(PrivacyConfig config) {
        fields = List.copyOf(config.fields());
        hashed = config.mode() == PrivacyConfig.Mode.HASH;
        salt = config.salt().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Replaces the addresses in a record. The rest stays unchanged, byte by byte.
     *
     * @param json one valid JSON object in UTF-8
     * @return the same array if the record has none of the fields
     */
    public byte[] mask(byte[] json) {
        if (tree == null) {
            tree = FieldTree.ofIp(fields);
            watch = new PointerWatch(Map.of(KEY, fields));
        }
        if (watch != null && !watch.observe(json)) {
            watch = null;
        }
        Splice splice = new Splice(json);
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            object(parser, tree, splice);
        } catch (IOException e) {
            throw new IllegalArgumentException("not one valid JSON object", e);
        }
        return splice.result();
    }

    private void object(JsonParser parser, FieldTree place, Splice splice) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            FieldTree member = place.member(name);
            value(parser, parser.nextToken(), member, splice);
        }
    }

    private void array(JsonParser parser, FieldTree place, Splice splice) throws IOException {
        int index = 0;
        for (JsonToken token = parser.nextToken();
                token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            value(parser, token, place.element(index), splice);
            index++;
        }
    }

    private void value(JsonParser parser, JsonToken token, @Nullable FieldTree place, Splice splice)
            throws IOException {
        if (place == null) {
            parser.skipChildren();
        } else if (place.has(ClickField.IP)) {
            if (token != JsonToken.VALUE_NULL) {
                long begin = parser.currentTokenLocation().getByteOffset();
                String other = token == JsonToken.VALUE_STRING ? masked(parser.getText()) : UNKNOWN;
                parser.skipChildren();
                parser.finishToken();
                splice.replace((int) begin, (int) parser.currentLocation().getByteOffset(), other);
            }
        } else if (token == JsonToken.START_OBJECT) {
            object(parser, place, splice);
        } else if (token == JsonToken.START_ARRAY) {
            array(parser, place, splice);
        }
    }

    /** Replaces the addresses in the value of a field. */
    String masked(String value) {
        return value.isEmpty()
                ? value
                : IpText.parts(value).stream()
                        .map(part -> part.isEmpty() ? "" : maskedAddress(part))
                        .collect(Collectors.joining(", "));
    }

    /** Replaces the addresses in a sentence, which may quote a record. */
    public String maskText(String text) {
        return maskAll(MAYBE_V4, maskAll(MAYBE_V6, text));
    }

    private String maskAll(Pattern maybeAddress, String text) {
        return maybeAddress
                .matcher(text)
                .replaceAll(
                        found ->
                                Matcher.quoteReplacement(
                                        IpRange.bytes(found.group()) == null
                                                ? found.group()
                                                : maskedAddress(found.group())));
    }

    private String maskedAddress(String text) {
        byte[] address = IpText.address(text);
        if (hashed) {
            return hash(address == null ? text.getBytes(StandardCharsets.UTF_8) : address);
        }
        if (address == null) {
            return UNKNOWN;
        }
        return address.length == 4
                ? octet(address, 0) + "." + octet(address, 1) + "." + octet(address, 2) + ".0"
                : group(address, 0) + ":" + group(address, 2) + ":" + group(address, 4) + "::";
    }

    private static int octet(byte[] address, int at) {
        return address[at] & 0xff;
    }

    private static String group(byte[] address, int at) {
        return Integer.toHexString(octet(address, at) << Byte.SIZE | octet(address, at + 1));
    }

    private String hash(byte[] value) {
        try {
            if (mac == null) {
                mac = Mac.getInstance(ALGORITHM);
                mac.init(new SecretKeySpec(salt, ALGORITHM));
            }
            byte[] hash = mac.doFinal(value);
            StringBuilder hex = new StringBuilder(2 * HASH_BYTES);
            for (int i = 0; i < HASH_BYTES; i++) {
                hex.append(Character.forDigit(hash[i] >> 4 & 0xf, 16))
                        .append(Character.forDigit(hash[i] & 0xf, 16));
            }
            return hex.toString();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, e);
        }
    }

    /** Bytes of which some ranges are replaced, in ascending order. */
    private static final class Splice {

        private final byte[] original;
        @Nullable private ByteArrayOutputStream changed;
        private int copied;

        Splice(byte[] original) {
            this.original = original;
        }

        /** Replaces a value with a string of plain ASCII. */
        void replace(int from, int to, String text) {
            if (changed == null) {
                changed = new ByteArrayOutputStream(original.length + text.length());
            }
            changed.write(original, copied, from - copied);
            byte[] string = ('"' + text + '"').getBytes(StandardCharsets.US_ASCII);
            changed.write(string, 0, string.length);
            copied = to;
        }

        byte[] result() {
            if (changed == null) {
                return original;
            }
            changed.write(original, copied, original.length - copied);
            return changed.toByteArray();
        }
    }
}

package io.clickstream.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class StringPoolTest {

    private final StringPool pool = new StringPool();

    @Example
    void makesAStringOnce() {
        String first = chars("..Books..", 2, 5);

        assertThat(first).isEqualTo("Books");
        assertThat(chars("Books", 0, 5)).isSameAs(first);
        String utf8 = utf8("Möbel");
        assertThat(utf8).isEqualTo("Möbel");
        assertThat(utf8("Möbel")).isSameAs(utf8);
    }

    @Example
    void keepsNothingThatIsLongerThanANameMayBe() {
        String longest = "b".repeat(StringPool.MAX_LENGTH);
        String longer = longest + "b";

        assertThat(chars(longest, 0, longest.length()))
                .isSameAs(chars(longest, 0, longest.length()));
        assertThat(utf8(longest)).isSameAs(utf8(longest));
        assertThat(chars(longer, 0, longer.length()))
                .isEqualTo(longer)
                .isNotSameAs(chars(longer, 0, longer.length()));
        assertThat(utf8(longer)).isEqualTo(longer).isNotSameAs(utf8(longer));
    }

    @Example
    void tellsApartWhatHasTheSameHash() {
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());

        assertThat(chars("Aa", 0, 2)).isEqualTo("Aa");
        assertThat(chars("BB", 0, 2)).isEqualTo("BB");
        assertThat(utf8("Aa")).isEqualTo("Aa");
        assertThat(chars("Aa", 0, 2)).isEqualTo("Aa");
        assertThat(utf8("BB")).isEqualTo("BB");
        assertThat(utf8("BBx")).isEqualTo("BBx");
    }

    @Example
    void tellsApartLongOnesThatDifferBesideTheEndsAndTheMiddle() {
        String one = "electronics." + "a" + ".smartphones.of.all.kinds";
        String other = "electronics." + "b" + ".smartphones.of.all.kinds";

        assertThat(utf8(one)).isEqualTo(one);
        assertThat(utf8(other)).isEqualTo(other);
        assertThat(utf8(one)).isEqualTo(one);
    }

    /** Of eight bytes, of sixteen and of more, at both ends of the record and within it. */
    @Example
    void tellsApartWhateverTheLengthAndThePlace() {
        byte[] bytes = new byte[64];
        for (int round = 0; round < 2; round++) {
            for (int length = 0; length <= 40; length++) {
                for (int offset : new int[] {0, 1, 7, 8, 20, bytes.length - length}) {
                    for (int changed = 0; changed < length; changed++) {
                        Arrays.fill(bytes, (byte) 0);
                        bytes[offset + changed] = 'a';
                        String expected = new String(bytes, offset, length, UTF_8);
                        assertThat(pool.ofUtf8(bytes, offset, length)).isEqualTo(expected);
                        Arrays.fill(bytes, (byte) 'b');
                        bytes[offset + changed] = 'a';
                        expected = new String(bytes, offset, length, UTF_8);
                        assertThat(pool.ofUtf8(bytes, offset, length)).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Example
    void findsAShortOneAlsoAtTheVeryBeginning() {
        String within = utf8("Books");

        assertThat(pool.ofUtf8("Books".getBytes(UTF_8), 0, 5)).isSameAs(within);
        assertThat(pool.ofUtf8("..........Books".getBytes(UTF_8), 10, 5)).isSameAs(within);
    }

    @Example
    void replacesBytesThatAreNoText() {
        assertThat(pool.ofUtf8(new byte[] {'a', (byte) 0xFF}, 0, 2)).isEqualTo("a\uFFFD");
    }

    @Example
    void tellsTextFromWhatIsNone() {
        for (int round = 0; round < 2; round++) {
            assertThat(pool.ofText(new char[] {'a', '\ud83d'}, 0, 2)).isNull();
            assertThat(pool.ofText(new char[] {'\ude00', '\ud83d'}, 0, 2)).isNull();
            assertThat(pool.ofText(new char[] {'\ud83d', '\ude00'}, 0, 2)).isEqualTo("😀");
            assertThat(chars("a\ud83d", 0, 2)).isEqualTo("a\ud83d");
            assertThat(pool.ofValidUtf8(new byte[] {'a', (byte) 0xFF}, 0, 2)).isNull();
            assertThat(pool.ofValidUtf8("a\uFFFD".getBytes(UTF_8), 0, 4)).isEqualTo("a\uFFFD");
        }
        String tooLong = "x".repeat(StringPool.MAX_LENGTH);
        assertThat(pool.ofText((tooLong + '\ud83d').toCharArray(), 0, tooLong.length() + 1))
                .isNull();
        assertThat(pool.ofText((tooLong + "😀").toCharArray(), 0, tooLong.length() + 2))
                .isEqualTo(tooLong + "😀");
    }

    @Property(tries = 300)
    void alwaysGivesTheRightOne(@ForAll List<String> texts) {
        for (int round = 0; round < 2; round++) {
            for (String text : texts) {
                assertThat(chars(text, 0, text.length())).isEqualTo(text);
                assertThat(utf8(text)).isEqualTo(new String(text.getBytes(UTF_8), UTF_8));
            }
        }
    }

    private String chars(String text, int offset, int length) {
        return pool.of(text.toCharArray(), offset, length);
    }

    private String utf8(String text) {
        byte[] bytes = ("x" + text).getBytes(UTF_8);
        return pool.ofUtf8(bytes, 1, bytes.length - 1);
    }
}

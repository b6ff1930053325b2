package io.clickstream.tools.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {

    @ParameterizedTest
    @CsvSource({
        "1b, \\u001B",
        "a, \\u000A",
        "7f, \\u007F",
        "9b, \\u009B",
        "2028, \\u2028",
        "202e, \\u202E",
        "2066, \\u2066",
        "feff, \\uFEFF",
        "d800, \\uD800",
        "e0041, \\uDB40\\uDC41",
    })
    void whatTerminalsObeyIsEscaped(String codePoint, String escaped) {
        String text = "a" + Character.toString(Integer.parseInt(codePoint, 16)) + "b";

        assertThat(PlainText.of(text)).isEqualTo("a" + escaped + "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "Zoë's \"sofa\"\\",
                "沙发",
                "می\u200cخواهم",
                "👩\u200d🚀",
                "a\u00a0b"
            })
    void textOfPeopleStays(String text) {
        assertThat(PlainText.of(text)).isSameAs(text);
    }

    @Test
    void linesEndOnlyWhereTheProgramEndsThem() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = PlainText.stream(new PrintStream(bytes, true, StandardCharsets.UTF_8));

        out.println("a\nb");
        out.println();
        out.print("c\r");
        out.printf(Locale.ROOT, "%s %,d%n", "d\u001b[2J", 1_000);
        out.printf("%s%n", "e\n");
        out.println((Object) "f\u009b");

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "a\\u000Ab", "", "c\\u000Dd\\u001B[2J 1,000", "e\\u000A", "f\\u009B");
    }
}

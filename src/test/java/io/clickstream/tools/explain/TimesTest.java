package io.clickstream.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1655183298 | epoch-s | true",
                "1655183298.25 | epoch-s | true",
                "\"1655183298\" | epoch-s | true",
                "1655183298630 | epoch-ms | true",
                "\"1655183298630\" | epoch-ms | true",
                "1655183298630123 | epoch-us | true",
                "\"1655183298630123\" | epoch-us | true",
                "1655183298630123456 | epoch-ns | true",
                "\"2022-06-14T05:08:18Z\" | iso-8601 | true",
                "\"2022-06-14T05:08:18.630+02:00\" | iso-8601 | true",
                "\"2022-06-14T05:08:18.630123\" | iso-8601 | false",
                "\"2022-06-14 05:08:18\" | iso-8601 | false",
                "\"2022-06-14 05:08:18 UTC\" | yyyy-MM-dd HH:mm:ss 'UTC' | true",
                "\"2022-06-14 05:08:18.630 UTC\" | yyyy-MM-dd HH:mm:ss.SSS 'UTC' | true",
                "\"14/Jun/2022:05:08:18 +0000\" | dd/MMM/yyyy:HH:mm:ss Z | true",
                "\"Tue, 14 Jun 2022 05:08:18 GMT\" | EEE, dd MMM yyyy HH:mm:ss z | true",
                "\"14.06.2022 05:08:18\" | dd.MM.yyyy HH:mm:ss | false",
                "\"14.06.2022 05:08\" | dd.MM.yyyy HH:mm | false",
                "\"06/14/2022 05:08:18\" | MM/dd/yyyy HH:mm:ss | false",
                "\"14/06/2022 05:08:18\" | dd/MM/yyyy HH:mm:ss | false",
                "\"20220614050818\" | yyyyMMddHHmmss | false"
            })
    void findsTheFormat(String value, String format, boolean hasZone) throws Exception {
        assertThat(find(value))
                .hasValueSatisfying(
                        found -> {
                            assertThat(found.format()).isEqualTo(format);
                            assertThat(found.hasZone()).isEqualTo(hasZone);
                            assertThat(found.other()).isEmpty();
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "7",
                "20220614",
                "\"2022-06-14\"",
                "\"yesterday\"",
                "true",
                "99999999999999999"
            })
    void takesNothingElseForATime(String value) throws Exception {
        assertThat(find(value)).isEmpty();
    }

    @Test
    void namesTheOtherOrderOfDayAndMonth() throws Exception {
        assertThat(find("\"01/02/2022 05:08:18\"", "\"03/04/2022 05:08:18\""))
                .hasValueSatisfying(
                        found -> {
                            assertThat(found.format()).isEqualTo("MM/dd/yyyy HH:mm:ss");
                            assertThat(found.other()).contains("dd/MM/yyyy HH:mm:ss");
                        });
        assertThat(find("\"01/02/2022 05:08:18\"", "\"23/04/2022 05:08:18\""))
                .hasValueSatisfying(
                        found -> {
                            assertThat(found.format()).isEqualTo("dd/MM/yyyy HH:mm:ss");
                            assertThat(found.other()).isEmpty();
                        });
    }

    @Test
    void bearsAFewDamagedValues() throws Exception {
        Field field = new Field(JsonPointer.compile("/t"));
        for (int i = 0; i < 20; i++) {
            add(field, i, "16551832986" + (10 + i));
        }
        add(field, 20, "\"soon\"");

        assertThat(new Times(Samples.CLOCK).find(field).map(Times.Found::format))
                .contains("epoch-ms");
    }

    @Test
    void damagedValuesDoNotSayThatThereIsNoZone() throws Exception {
        Field field = new Field(JsonPointer.compile("/t"));
        for (int i = 0; i < 20; i++) {
            add(field, i, "\"2022-06-14T05:08:%d.630Z\"".formatted(10 + i));
        }
        add(field, 20, "\"soon\"");

        assertThat(new Times(Samples.CLOCK).find(field).map(Times.Found::hasZone)).contains(true);
    }

    private static Optional<Times.Found> find(String... values) throws Exception {
        Field field = new Field(JsonPointer.compile("/t"));
        for (String value : List.of(values)) {
            add(field, 0, value);
        }
        return new Times(Samples.CLOCK).find(field);
    }

    private static void add(Field field, int record, String value) throws Exception {
        field.add(record, new ObjectMapper().readTree(value));
    }
}

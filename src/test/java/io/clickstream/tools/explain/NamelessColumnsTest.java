package io.clickstream.tools.explain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NamelessColumnsTest {

    @Test
    void countsColumns() {
        assertThat(columns("1,2,pv,15", "3,4,buy,16"))
                .containsExactly("column1", "column2", "column3", "column4");
        assertThat(columns("1;\"a;b\"", "2;c")).containsExactly("column1", "column2");
        assertThat(columns("1\tx,y", "2\tz")).containsExactly("column1", "column2");
    }

    @Test
    void bearsADamagedLine() {
        assertThat(columns("1,2", "3,4", "5,6", "7,8", "9")).hasSize(2);
        assertThat(columns("1,2", "3", "4")).isEmpty();
    }

    @Test
    void jsonAndTextAreNoCsv() {
        assertThat(columns("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}")).isEmpty();
        assertThat(columns("GET /index.html", "GET /cart")).isEmpty();
        assertThat(columns()).isEmpty();
    }

    private static List<String> columns(String... lines) {
        return NamelessColumns.of(Stream.of(lines).map(line -> line.getBytes(UTF_8)).toList());
    }
}

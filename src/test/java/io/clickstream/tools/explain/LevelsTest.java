package io.clickstream.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LevelsTest {

    @Test
    void findsTheSeparator() {
        assertThat(separator("a.b.c", "a.b.d", "a.e", "f")).contains(".");
        assertThat(separator("apparel/shirts", "apparel/shoes", "garden/tools")).contains("/");
        assertThat(separator("Home>Apparel", "Home>Bags", "Sale")).contains(">");
    }

    @Test
    void findsNoneWhereThereAreNoLevels() {
        assertThat(separator("Shoes", "Garden", "Books")).isEmpty();
        assertThat(separator("St. Gallen", "Mr. Books", "Dr. Shoes")).isEmpty();
        assertThat(separator("/path/a", "/path/b", "/path/c")).isEmpty();
        assertThat(separator("AC/DC", "Pop", "Jazz", "Folk")).isEmpty();
        assertThat(separator("a.b")).isEmpty();
    }

    private static Optional<String> separator(String... values) {
        Field field = new Field(JsonPointer.compile("/category"));
        for (String value : values) {
            field.add(0, TextNode.valueOf(value));
        }
        return Levels.find(List.of(field)).map(Levels::separator);
    }
}

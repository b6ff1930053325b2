package io.clickstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropertyGroupsFileTest {

    @TempDir private Path folder;

    @Test
    void readsGroupsAsTheManagedServiceWritesThem() throws Exception {
        Path file =
                file(
                        "[",
                        "  {\"PropertyGroupId\": \"format\", \"PropertyMap\": {\"type\":"
                                + " \"json\"}},",
                        "  {\"PropertyGroupId\": \"job\", \"PropertyMap\": {}}",
                        "]");

        assertThat(PropertyGroupsFile.read(file))
                .isEqualTo(Map.of("format", Map.of("type", "json"), "job", Map.of()));
    }

    @Test
    void saysThatThereIsNoFile() {
        assertFails(folder.resolve("none.json"), "there is no file ", "none.json");
        assertFails(folder, " is a folder; it must be a file");
    }

    @Test
    void saysInWhichLineJsonIsBroken() throws Exception {
        assertFails(
                file("[", "  {\"PropertyGroupId\": \"job\"", "   \"PropertyMap\": {}}", "]"),
                " is not valid JSON: Unexpected character ('\"'",
                ", at line 3");
    }

    @Test
    void saysThatAKeyIsThereTwice() throws Exception {
        assertFails(
                file(
                        "[{\"PropertyGroupId\": \"job\", \"PropertyMap\": {",
                        "  \"checkpoint-interval\": \"1 s\",",
                        "  \"checkpoint-interval\": \"2 s\"",
                        "}}]"),
                " is not valid JSON: Duplicate field 'checkpoint-interval'",
                ", at line 3");
    }

    /** Jackson does not say where. */
    @Test
    void saysThatJsonIsTooDeep() throws Exception {
        assertFails(file("[".repeat(2_000)), " is not valid JSON: Document nesting depth");
    }

    @Test
    void saysThatMoreFollows() throws Exception {
        assertFails(file("[]", "[]"), " is not valid JSON: Trailing token", ", at line 2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~|it must be a JSON array",
                "{}|it must be a JSON array",
                "[1]|each entry needs `PropertyGroupId` and `PropertyMap`",
                "[{\"PropertyGroupId\": \"job\"}]|each entry needs `PropertyGroupId` and"
                        + " `PropertyMap`",
                "[{\"PropertyGroupId\": 1, \"PropertyMap\": {}}]|each entry needs"
                        + " `PropertyGroupId` and `PropertyMap`",
                "[{\"PropertyGroupId\": \"job\", \"PropertyMap\": []}]|each entry needs"
                        + " `PropertyGroupId` and `PropertyMap`",
                "[{\"PropertyGroupId\": \"a\", \"PropertyMap\": {}}, {\"PropertyGroupId\":"
                        + " \"a\", \"PropertyMap\": {}}]|group `a` appears twice",
                "[{\"PropertyGroupId\": \"sink.kafka\", \"PropertyMap\": {\"partitions\": 6}}]|"
                        + "`sink.kafka / partitions` must be a string in quotes"
            })
    void saysWhatIsNoListOfGroups(String text, String problem) throws Exception {
        Path file = file(text);

        assertThatThrownBy(() -> PropertyGroupsFile.read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "The configuration has an error:\n  "
                                + file
                                + " is not a list of property groups: "
                                + problem);
    }

    private static void assertFails(Path file, String... parts) {
        assertThatThrownBy(() -> PropertyGroupsFile.read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(parts);
    }

    private Path file(String... lines) throws IOException {
        return Files.writeString(folder.resolve("properties.json"), String.join("\n", lines));
    }
}

package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files of an archive are read. */
class ReplayFilesTest {

    @TempDir private Path folder;

    @BeforeEach
    void write() throws Exception {
        for (String name :
                List.of(
                        "dt=2022-06-14/hour=05/part-a-0.jsonl",
                        "dt=2022-06-14/hour=05/part-a-1.jsonl.gz",
                        "dt=2022-06-14/hour=05/.part-a-2.jsonl.inprogress.77",
                        "dt=2022-06-14/hour=05/part-a-3.jsonl.inprogress.78",
                        "dt=2022-06-14/hour=05/_tmp_part-a-4",
                        "dt=2022-06-14/hour=06/part-b-0.jsonl",
                        "_malformed/dt=2022-06-14/hour=05/part-c-0.jsonl",
                        ".hidden/part-d-0.jsonl")) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "1234567");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void thoseThatAreFinishedWhereverTheFolderIs(boolean byAddress) throws Exception {
        ReplayFiles found =
                ReplayFiles.find(
                        List.of(byAddress ? folder.toUri().toString() : folder.toString()));

        assertThat(found.paths())
                .extracting(path -> path.getParent().getName() + "/" + path.getName())
                .containsExactly(
                        "hour=05/part-a-0.jsonl",
                        "hour=05/part-a-1.jsonl.gz",
                        "hour=06/part-b-0.jsonl");
        assertThat(found.paths()).allMatch(path -> path.toUri().getScheme().equals("file"));
    }

    @Test
    void oneIsReadOnceWhateverNamesIt() throws Exception {
        Path file = folder.resolve("dt=2022-06-14/hour=06/part-b-0.jsonl");

        ReplayFiles found =
                ReplayFiles.find(
                        List.of(
                                file.toString(),
                                file.toUri().toString(),
                                file.getParent() + "/*.jsonl"));

        assertThat(found.paths()).hasSize(1);
        assertThat(found.bytes()).isEqualTo(7);
    }

    @Test
    void whatIsNamedOutrightIsReadWhateverItsName() throws Exception {
        assertThat(ReplayFiles.find(List.of(folder.resolve("_malformed").toString())).paths())
                .hasSize(1);
        assertThat(
                        ReplayFiles.find(List.of(folder.resolve("_malformed").toUri().toString()))
                                .paths())
                .hasSize(1);
    }

    /** A gzip file ends with its unpacked length; where it was cut off, with anything. */
    @Test
    void theLengthOfAFileThatWasCutOffIsNotBelieved() throws Exception {
        byte[] cut = new byte[100];
        Arrays.fill(cut, (byte) 0xff);
        Path file = Files.write(folder.resolve("cut.jsonl.gz"), cut);

        assertThat(ReplayFiles.find(List.of(file.toString())).bytes()).isEqualTo(100);
    }

    @Test
    void aNameOfNothingIsAnError() {
        for (String name : List.of(folder + "/none", folder.resolve("none").toUri().toString())) {
            assertThatThrownBy(() -> ReplayFiles.find(List.of(name)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("there is no file " + name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2022-06-14T05:08:18.630Z,1655183298630",
        "2022-06-14T07:08:18.630+02:00,1655183298630",
        "2022-06-14T05:08Z,1655183280000"
    })
    void aRangeBeginsAndEndsAtTimesWithAZone(String text, long millis) {
        assertThat(TimeRange.parse(text)).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2022-06-14", "2022-06-14T05:08:18", "1655183298630"})
    void whatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> TimeRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "'"
                                + text
                                + "' is not a time: write day, time and offset, such as"
                                + " 2022-06-14T05:00:00Z");
    }
}

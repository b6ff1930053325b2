package io.clickstream.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.testing.PropertyGroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveStartCheckTest {

    @TempDir private Path folder;

    @Test
    void takesFoldersThatAreThereOrNotYet() {
        assertThat(problems(folder.toUri().toString())).isEmpty();
        assertThat(problems(folder.resolve("a/b").toUri().toString())).isEmpty();
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void refusesAFile() throws Exception {
        String file = Files.createFile(folder.resolve("a")).toUri().toString();

        assertThat(problems(file))
                .singleElement()
                .asString()
                .startsWith("`sink.archive / path` names ")
                .endsWith("/a, which cannot be used: it is a file; name a folder");
    }

    @Test
    void saysThatAFileSystemIsMissing() {
        assertThat(problems("nowhere://bucket/clicks"))
                .singleElement()
                .asString()
                .startsWith(
                        "`sink.archive / path` names nowhere://bucket/clicks, which cannot be"
                                + " used: ")
                .contains("nowhere")
                .endsWith(
                        "; check the address, the plugin of its file system, and the permissions"
                                + " of the job's role");
    }

    private static List<String> problems(String path) {
        return ArchiveStartCheck.problems(
                JobConfig.parse(
                                PropertyGroups.smallest()
                                        .with("sink.archive", "path", path)
                                        .build())
                        .archive()
                        .orElseThrow());
    }
}

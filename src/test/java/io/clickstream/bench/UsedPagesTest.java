package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsedPagesTest {

    private static final int MEGABYTE = 1024 * 1024;

    @TempDir private Path folder;

    @Test
    void shrinksAsTheFolderGrowsAndIsGoneInTheEnd() throws Exception {
        Path file = folder.resolve("used");
        Path run = folder.resolve("run");
        try (UsedPages pages = UsedPages.forFilesIn(run, 103L * MEGABYTE, file)) {
            assertThat(pages).isNotNull();
            await(file, 3 * MEGABYTE);

            Files.createDirectories(run.resolve("archive"));
            Files.write(run.resolve("archive").resolve("part"), new byte[MEGABYTE]);

            await(file, 2 * MEGABYTE);
        }

        assertThat(file).doesNotExist();
    }

    private static void await(Path file, long size) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (Files.size(file) != size && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(file).hasSize(size);
    }
}

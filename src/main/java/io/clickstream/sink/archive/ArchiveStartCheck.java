package io.clickstream.sink.archive;

import io.clickstream.config.ArchiveConfig;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** Checks before the start whether the archive's file system exists and is suitable. */
public final class ArchiveStartCheck {

    /** The problems with the archive's path, one sentence each; empty if it can be used. */
    public static List<String> problems(ArchiveConfig config) {
        Path folder = ArchiveSinks.folder(config);
        String named = "`sink.archive / path` names " + folder + ", which cannot be used: ";
        try {
            FileSystem files = folder.getFileSystem();
            if (files.exists(folder) && !files.getFileStatus(folder).isDir()) {
                return List.of(named + "it is a file; name a folder");
            }
            files.createRecoverableWriter();
            return List.of();
        } catch (UnsupportedOperationException e) {
            return List.of(
                    named
                            + "its file system cannot resume a file after a failure; for S3, use"
                            + " s3:// with the plugin flink-s3-fs-hadoop");
        } catch (IOException e) {
            return List.of(
                    named
                            + e.getMessage()
                            + "; check the address, the plugin of its file system, and the"
                            + " permissions of the job's role");
        }
    }

    private ArchiveStartCheck() {}
}

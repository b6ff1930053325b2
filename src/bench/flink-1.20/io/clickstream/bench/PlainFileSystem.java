package io.clickstream.bench;

import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemKind;

/** A file system with the methods of all versions of Flink. */
abstract class PlainFileSystem extends FileSystem {

    @Override
    @SuppressWarnings("deprecation")
    public FileSystemKind getKind() {
        return FileSystemKind.FILE_SYSTEM;
    }
}

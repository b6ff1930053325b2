package io.clickstream.bench;

import org.apache.flink.core.fs.FileSystem;

/** A file system with the methods of all versions of Flink. */
abstract class PlainFileSystem extends FileSystem {}

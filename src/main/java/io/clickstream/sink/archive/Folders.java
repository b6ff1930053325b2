package io.clickstream.sink.archive;

import io.clickstream.event.FolderAssigner;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;

/** Tells Flink's file sink the folder of each value. */
final class Folders<T> implements BucketAssigner<T, String> {

    private static final long serialVersionUID = 1L;

    private final FolderAssigner<T> folder;

    Folders(FolderAssigner<T> folder) {
        this.folder = folder;
    }

    @Override
    public String getBucketId(T value, Context context) {
        return folder.of(value);
    }

    @Override
    public SimpleVersionedSerializer<String> getSerializer() {
        return SimpleVersionedStringSerializer.INSTANCE;
    }
}

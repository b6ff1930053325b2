package io.clickstream.sink.archive;

import io.clickstream.config.ArchiveConfig;
import java.io.IOException;
import org.apache.flink.streaming.api.functions.sink.filesystem.PartFileInfo;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.CheckpointRollingPolicy;

/** Ends compressed files like others, and also with every checkpoint. */
final class PackedRolling<T> extends CheckpointRollingPolicy<T, String> {

    private static final long serialVersionUID = 1L;

    private final long maxBytes;
    private final long maxAgeMillis;
    private final long maxInactivityMillis;

    PackedRolling(ArchiveConfig config) {
        maxBytes = config.rollSize();
        maxAgeMillis = config.rollInterval().toMillis();
        maxInactivityMillis = config.inactivity().toMillis();
    }

    @Override
    public boolean shouldRollOnEvent(PartFileInfo<String> file, T next) throws IOException {
        return file.getSize() > maxBytes;
    }

    @Override
    public boolean shouldRollOnProcessingTime(PartFileInfo<String> file, long now) {
        return now - file.getCreationTime() >= maxAgeMillis
                || now - file.getLastUpdateTime() >= maxInactivityMillis;
    }
}

package io.clickstream.event;

import java.io.Serializable;

/**
 * Names the folder, below the archive's, that something is filed in.
 *
 * @param <T> what is filed
 */
@FunctionalInterface
public interface FolderAssigner<T> extends Serializable {

    /** The folder; the same string again for many in a row, if it can be. */
    String of(T value);
}

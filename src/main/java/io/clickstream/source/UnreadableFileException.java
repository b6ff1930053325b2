package io.clickstream.source;

import java.io.IOException;

/**
 * A file can't be read, or not further, because of what is in it: it is no use to try again. The
 * message goes on from the name of the file.
 */
public final class UnreadableFileException extends IOException {

    private static final long serialVersionUID = 1L;

    UnreadableFileException(String message) {
        super(message);
    }

    UnreadableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}

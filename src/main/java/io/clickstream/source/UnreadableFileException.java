package io.clickstream.source;

import java.io.IOException;

/**
 * A file cannot be read, or cannot be read any further, because of its content. A retry would not
 * help. The message continues a sentence that begins with the file's name.
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

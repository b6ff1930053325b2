package io.clickstream.source;

/** A Parquet file is not damaged, but a replay does not support what it contains. */
final class UnsupportedParquetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnsupportedParquetException(String message) {
        super(message);
    }
}

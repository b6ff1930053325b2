package io.clickstream.source;

/** A Parquet file is not damaged, but has something that is not read. */
final class UnsupportedParquetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnsupportedParquetException(String message) {
        super(message);
    }
}

package io.clickstream.config;

import java.net.URI;

/** The folder for results of a job that reads files. */
public final class FilesSinkConfig {

    static final String GROUP = "sink.files";

    static final Key<URI> PATH =
            Key.of(
                    GROUP,
                    "path",
                    Parsers::folder,
                    "the URI of an empty or new folder, such as `s3://bucket/results`",
                    "The folder for results when the source is `source.files`. The job writes JSON"
                            + " lines into one subfolder per aggregate, and dead letters into"
                            + " `dead-letters/`.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, PATH);

    private final URI path;

    private FilesSinkConfig(PropertyReader reader) {
        path = reader.get(PATH);
    }

    static FilesSinkConfig read(PropertyReader reader) {
        return new FilesSinkConfig(reader);
    }

    /** The root folder of the results. */
    public URI path() {
        return path;
    }
}

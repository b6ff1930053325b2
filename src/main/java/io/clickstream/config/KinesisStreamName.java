package io.clickstream.config;

import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A stream's name or ARN. */
public final class KinesisStreamName implements Serializable {

    private static final long serialVersionUID = 1L;

    static final String ALLOWED = "a stream's name or ARN";

    private static final String NAME = "[a-zA-Z0-9_.-]{1,128}";
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:kinesis:([a-z0-9-]+):\\d{12}:stream/(" + NAME + ")");

    private final String text;
    private final String name;
    private final String region;

    private KinesisStreamName(String text, String name, String region) {
        this.text = text;
        this.name = name;
        this.region = region;
    }

    static KinesisStreamName parse(String text) {
        Matcher arn = ARN.matcher(text);
        if (arn.matches()) {
            return new KinesisStreamName(text, arn.group(2), arn.group(1));
        }
        if (text.startsWith("arn:")) {
            throw new IllegalArgumentException("is not the ARN of a stream");
        }
        if (!text.matches(NAME)) {
            throw new IllegalArgumentException(
                    "has more than 128 characters, or characters other than letters, digits, _,"
                            + " ., and -");
        }
        return new KinesisStreamName(text, text, null);
    }

    /** The name without the rest of the ARN. */
    public String name() {
        return name;
    }

    /** The ARN, if the user gave one. */
    public Optional<String> arn() {
        return region == null ? Optional.empty() : Optional.of(text);
    }

    /** The region in the ARN; empty if the user gave a name. */
    public Optional<String> region() {
        return Optional.ofNullable(region);
    }

    @Override
    public String toString() {
        return text;
    }
}

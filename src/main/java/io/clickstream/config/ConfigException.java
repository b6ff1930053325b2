package io.clickstream.config;

import java.util.List;

/** Reports all errors of a configuration, one per line. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String[] errors;

    public ConfigException(List<String> errors) {
        super(
                "The configuration has "
                        + (errors.size() == 1 ? "an error" : errors.size() + " errors")
                        + ":\n  "
                        + String.join("\n  ", errors));
        this.errors = errors.toArray(new String[0]);
    }

    public List<String> errors() {
        return List.of(errors);
    }
}

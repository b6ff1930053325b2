package io.clickstream.config;

import javax.annotation.Nullable;

/**
 * One setting: its name, its allowed values, and its default. The table of settings in the
 * documentation is generated from these objects.
 */
public final class Key<T> {

    /**
     * Parses a value. Throws {@link IllegalArgumentException} with the error if the value is
     * invalid.
     */
    interface Parser<T> {
        T parse(String text);
    }

    private final String group;
    private final String name;
    private final Parser<T> parser;
    private final String allowed;
    @Nullable private final String defaultText;
    private final String description;
    private final boolean secret;

    private Key(
            String group,
            String name,
            Parser<T> parser,
            String allowed,
            @Nullable String defaultText,
            String description,
            boolean secret) {
        this.group = group;
        this.name = name;
        this.parser = parser;
        this.allowed = allowed;
        this.defaultText = defaultText;
        this.description = description;
        this.secret = secret;
    }

    /** A key without a default. Its reader decides whether it is required. */
    static <T> Key<T> of(
            String group, String name, Parser<T> parser, String allowed, String description) {
        return new Key<>(group, name, parser, allowed, null, description, false);
    }

    /** A key with a default, written as a user would write it. */
    static <T> Key<T> of(
            String group,
            String name,
            Parser<T> parser,
            String allowed,
            String defaultText,
            String description) {
        return new Key<>(group, name, parser, allowed, defaultText, description, false);
    }

    /** The same key, whose value may be a reference to a secret and never appears in an error. */
    Key<T> asSecret() {
        return new Key<>(group, name, parser, allowed, defaultText, description, true);
    }

    public String group() {
        return group;
    }

    public String name() {
        return name;
    }

    /** The allowed values, in words. */
    public String allowed() {
        return allowed;
    }

    @Nullable
    public String defaultText() {
        return defaultText;
    }

    public String description() {
        return description;
    }

    boolean isSecret() {
        return secret;
    }

    T parse(String text) {
        return parser.parse(text);
    }

    @Override
    public String toString() {
        return group + " / " + name;
    }
}

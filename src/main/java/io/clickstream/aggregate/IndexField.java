package io.clickstream.aggregate;

/** A field of the JSON object of a result, and its type in the index. */
public final class IndexField {

    /** The types of OpenSearch that results use. */
    public enum Type {
        /** A string to search and group by. Also a user id that is a number, and a list. */
        KEYWORD,
        /** One of a few short strings. */
        CODE,
        /** Prose, to search by its words. */
        TEXT,
        /** A time in ms since 1970. */
        DATE,
        INTEGER,
        LONG,
        DOUBLE
    }

    private final String name;
    private final Type type;

    private IndexField(String name, Type type) {
        this.name = name;
        this.type = type;
    }

    public static IndexField keyword(String name) {
        return new IndexField(name, Type.KEYWORD);
    }

    public static IndexField code(String name) {
        return new IndexField(name, Type.CODE);
    }

    public static IndexField text(String name) {
        return new IndexField(name, Type.TEXT);
    }

    public static IndexField date(String name) {
        return new IndexField(name, Type.DATE);
    }

    public static IndexField ofInteger(String name) {
        return new IndexField(name, Type.INTEGER);
    }

    public static IndexField ofLong(String name) {
        return new IndexField(name, Type.LONG);
    }

    public static IndexField ofDouble(String name) {
        return new IndexField(name, Type.DOUBLE);
    }

    /** The name in the JSON object. */
    public String name() {
        return name;
    }

    /** The type in the index template. */
    public Type type() {
        return type;
    }
}

package io.clickstream.sink.opensearch;

/** A version of a document that OpenSearch is to have. */
final class Document {

    /** Objects, references, and the lengths of two texts, about. */
    private static final int OVERHEAD_BYTES = 200;

    private final String index;
    private final String id;
    private final byte[] json;
    private final long version;
    private final long since;
    private final long after;

    /**
     * Creates a document.
     *
     * @param index the full name of the index
     * @param version greater than that of all earlier versions of the document
     * @param since when a version of it began to wait, in ms since 1970 on the machine's clock
     * @param after the last checkpoint before this version; it belongs to later ones only
     */
    Document(String index, String id, byte[] json, long version, long since, long after) {
        this.index = index;
        this.id = id;
        this.json = json;
        this.version = version;
        this.since = since;
        this.after = after;
    }

    String index() {
        return index;
    }

    String id() {
        return id;
    }

    /** One JSON object. The caller must not change it. */
    byte[] json() {
        return json;
    }

    long version() {
        return version;
    }

    long since() {
        return since;
    }

    long after() {
        return after;
    }

    /** A unique name across all indices. Index names contain no slash. */
    String path() {
        return index + '/' + id;
    }

    /** This version, waiting since another time. */
    Document since(long time) {
        return time == since ? this : new Document(index, id, json, version, time, after);
    }

    /** This version in the place of an older one, which waits already. */
    Document replacing(Document older) {
        // The older one may be from a machine whose clock is ahead.
        long newest = Math.max(version, older.version + 1);
        return new Document(index, id, json, newest, older.since, after);
    }

    /** Its size on the heap, about. */
    int heapBytes() {
        return OVERHEAD_BYTES + index.length() + 2 * id.length() + json.length;
    }

    @Override
    public String toString() {
        return path();
    }
}

package io.clickstream.format.registry;

import io.clickstream.config.OptionalFields;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.StringPool;
import io.clickstream.format.AvroClickDecoder;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.format.registry.LookupException.Kind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.annotation.Nullable;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * The schemas that records were written with, each fetched and compiled once. A schema never
 * changes under its id, so results are kept, including the result that a schema cannot be used. An
 * unknown id may be registered later, so it is requested again after a while.
 */
final class WriterSchemas {

    /**
     * The maximum number of cached schemas. A decoder has about 40 KB; topics have a handful of
     * schemas.
     */
    static final int MAX_SCHEMAS = 256;

    /** The maximum number of cached unknown ids, which fit into 1 to 2 MB. */
    static final int MAX_UNKNOWN = 10_000;

    private final PatientRegistry registry;
    private final OptionalFields optional;
    private final long unknownForNanos;
    private final LongSupplier nanoTime;

    /** One pool for all schemas, because each schema could fill its own. */
    private final StringPool pool = new StringPool();

    private final Map<SchemaId, Found> found = new LeastRecentlyUsed<>(MAX_SCHEMAS);
    private final Map<SchemaId, Unknown> unknown = new LeastRecentlyUsed<>(MAX_UNKNOWN);

    /**
     * Creates an empty cache.
     *
     * @param optional the fields that filters need
     * @param unknownFor the time for which an unknown id is not requested again
     * @param nanoTime as {@link System#nanoTime()}
     */
    WriterSchemas(
            PatientRegistry registry,
            OptionalFields optional,
            Duration unknownFor,
            LongSupplier nanoTime) {
        this.registry = registry;
        this.optional = optional;
        this.unknownForNanos = unknownFor.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * The decoder of the records with an id. Waits while the registry is down.
     *
     * @throws MalformedRecordException if there is no such schema, or it cannot be used
     */
    AvroClickDecoder decoder(SchemaId id) throws MalformedRecordException {
        Found known = found.get(id);
        if (known == null) {
            known = lookUp(id);
        }
        if (known.decoder == null) {
            throw known.problem;
        }
        return known.decoder;
    }

    private Found lookUp(SchemaId id) throws MalformedRecordException {
        Unknown before = unknown.get(id);
        if (before != null && nanoTime.getAsLong() - before.untilNanos < 0) {
            throw before.problem;
        }
        Found schema;
        try {
            schema = compile(id, registry.lookUp(id));
        } catch (LookupException e) {
            if (e.kind() == Kind.UNKNOWN) {
                MalformedRecordException problem =
                        new MalformedRecordException(
                                Reason.UNKNOWN_SCHEMA,
                                "the registry has no schema " + id + ": " + e.getMessage());
                unknown.put(id, new Unknown(problem, nanoTime.getAsLong() + unknownForNanos));
                throw problem;
            }
            schema = Found.unusable(id, e.getMessage());
        }
        unknown.remove(id);
        found.put(id, schema);
        return schema;
    }

    private Found compile(SchemaId id, List<String> texts) {
        // A default that does not fit its field is the reader's business, and there is none.
        Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
        try {
            Schema schema = null;
            for (String text : texts) {
                schema = parser.parse(text);
            }
            return Found.usable(new AvroClickDecoder(schema, optional, pool));
        } catch (AvroRuntimeException | IllegalArgumentException e) {
            return Found.unusable(id, e.getMessage());
        }
    }

    /** The result for an id: a decoder, or the reason why there is none. */
    private static final class Found {

        @Nullable private final AvroClickDecoder decoder;
        @Nullable private final MalformedRecordException problem;

        private Found(
                @Nullable AvroClickDecoder decoder, @Nullable MalformedRecordException problem) {
            this.decoder = decoder;
            this.problem = problem;
        }

        static Found usable(AvroClickDecoder decoder) {
            return new Found(decoder, null);
        }

        static Found unusable(SchemaId id, String why) {
            return new Found(
                    null,
                    new MalformedRecordException(
                            "schema " + id + " of the registry cannot be used: " + why));
        }
    }

    private static final class Unknown {

        private final MalformedRecordException problem;
        private final long untilNanos;

        Unknown(MalformedRecordException problem, long untilNanos) {
            this.problem = problem;
            this.untilNanos = untilNanos;
        }
    }

    private static final class LeastRecentlyUsed<V> extends LinkedHashMap<SchemaId, V> {

        private static final long serialVersionUID = 1L;

        private final int size;

        LeastRecentlyUsed(int size) {
            super(16, 0.75f, true);
            this.size = size;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<SchemaId, V> eldest) {
            return size() > size;
        }
    }
}

package io.clickstream.format.registry;

import io.clickstream.config.RegistryConfig;
import java.util.List;

/** A registry that can be asked for a schema by its id. */
interface SchemaRegistry {

    /** A client of the registry that is configured, which connects with the first question. */
    static SchemaRegistry of(RegistryConfig config) {
        switch (config.type()) {
            case CONFLUENT:
                return new ConfluentSchemas(config);
            case GLUE:
                return new GlueSchemas(config);
        }
        throw new IllegalStateException("Not a registry: " + config.type());
    }

    /**
     * Asks once.
     *
     * @return texts of Avro schemas, of which the last one is the schema, and the others are what
     *     it refers to
     * @throws LookupException with why there is none
     */
    List<String> lookUp(SchemaId id) throws LookupException, InterruptedException;

    /** An id to ask for only to see whether the registry answers. */
    SchemaId anyId();

    /** The registry and where it is, in words. */
    String name();
}

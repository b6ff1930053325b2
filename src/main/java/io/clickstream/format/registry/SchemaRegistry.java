package io.clickstream.format.registry;

import io.clickstream.config.RegistryConfig;
import java.util.List;

/** A registry that returns schemas by id. */
interface SchemaRegistry {

    /** A client of the configured registry, which connects at the first request. */
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
     * @return the texts of Avro schemas: first the schemas that it references, and last the schema
     *     itself
     * @throws LookupException with the reason if there is none
     */
    List<String> lookUp(SchemaId id) throws LookupException, InterruptedException;

    /** An id for a request that only checks whether the registry answers. */
    SchemaId anyId();

    /** The registry and its address, in words. */
    String name();
}

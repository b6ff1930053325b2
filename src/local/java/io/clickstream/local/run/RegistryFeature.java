package io.clickstream.local.run;

import io.clickstream.local.server.RegistryServer;
import java.util.List;
import java.util.Map;

/** Clicks are Avro in two registered schema versions. Whoever started the server also ends it. */
final class RegistryFeature implements Feature {

    private final RegistryServer server;

    RegistryFeature(RegistryServer server) {
        this.server = server;
    }

    @Override
    public List<String> addresses() {
        return List.of("Registry    " + server.uri());
    }

    @Override
    public void configure(Map<String, Map<String, String>> groups) {
        groups.put("registry", server.properties());
    }
}

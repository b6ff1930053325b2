package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.Templates;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.http.util.EntityUtils;
import org.opensearch.client.Request;
import org.opensearch.client.ResponseException;
import org.opensearch.client.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that new indices define times as dates. Without an index template, OpenSearch defines
 * them as numbers, no dashboard finds the documents, and an index keeps its types permanently.
 *
 * <p>OpenSearch itself is asked which types an index would get, so templates of any name or kind
 * count.
 */
final class IndexTemplates {

    private static final Logger LOG = LoggerFactory.getLogger(IndexTemplates.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "/opensearch/index-templates/";

    private final RestClient client;
    private final OpenSearchConfig config;
    private final List<String> problems = new ArrayList<>();

    private IndexTemplates(RestClient client, OpenSearchConfig config) {
        this.client = client;
        this.config = config;
    }

    /**
     * Checks the index of each kind of result, and puts a missing template if that is configured.
     *
     * @return the problems, one phrase each; empty if documents can be written
     */
    static List<String> problems(
            RestClient client, OpenSearchConfig config, List<ResultIndex> indices) {
        if (config.templates() == Templates.IGNORE) {
            return List.of();
        }
        IndexTemplates templates = new IndexTemplates(client, config);
        indices.forEach(templates::check);
        return templates.problems;
    }

    private void check(ResultIndex index) {
        try {
            Optional<JsonNode> existing = existingMapping(index.newest);
            if (existing.isPresent()) {
                warnOfWrongType(index, type(existing.get(), index.timeField));
            } else if (!isDate(mappingOfNew(index.newest), index.timeField)) {
                missing(index);
            }
        } catch (ResponseException e) {
            unanswered(index, e);
        } catch (IOException e) {
            LOG.warn(
                    "The index template of {} can't be checked; the job starts anyway",
                    index.name,
                    e);
        }
    }

    /** The mapping of an index; empty if the index does not exist. */
    private Optional<JsonNode> existingMapping(String name) throws IOException {
        try {
            // The answer is by index, whose name is another one if this is an alias.
            JsonNode answer = ask(new Request("GET", '/' + name + "/_mapping"));
            return answer.isEmpty()
                    ? Optional.empty()
                    : Optional.of(answer.elements().next().path("mappings"));
        } catch (ResponseException e) {
            if (status(e) == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The mapping that an index of this name would get. */
    private JsonNode mappingOfNew(String name) throws IOException {
        return ask(new Request("POST", "/_index_template/_simulate_index/" + name))
                .path("template")
                .path("mappings");
    }

    private JsonNode ask(Request request) throws IOException {
        return JSON.readTree(
                EntityUtils.toString(
                        client.performRequest(request).getEntity(), StandardCharsets.UTF_8));
    }

    private static String type(JsonNode mapping, String field) {
        return mapping.path("properties").path(field).path("type").asText("none");
    }

    private static boolean isDate(JsonNode mapping, String field) {
        return type(mapping, field).equals("date");
    }

    /** Only logs an error, because an index keeps its types, whether the job starts or not. */
    private static void warnOfWrongType(ResultIndex index, String type) {
        if (!type.equals("date")) {
            LOG.error(
                    "Index {} defines its field {} with the type {}, not date, so dashboards do"
                            + " not find its documents. Put the index templates with"
                            + " scripts/opensearch-setup.sh, delete the index, and replay its"
                            + " time range",
                    index.newest,
                    index.timeField,
                    type);
        }
    }

    private void missing(ResultIndex index) throws IOException {
        if (config.templates() == Templates.PUT) {
            put(index);
            return;
        }
        problems.add(
                "has no index template that defines "
                        + index.timeField
                        + " of index "
                        + index.name
                        + " as a date, so no dashboard would find its documents. Run"
                        + " scripts/opensearch-setup.sh, or set sink.opensearch /"
                        + " templates to put (the job puts missing templates) or to"
                        + " ignore");
    }

    private void put(ResultIndex index) throws IOException {
        ObjectNode body = read(index.template);
        body.putArray("index_patterns").add(index.name).add(index.name + "-*");
        Request request = new Request("PUT", "/_index_template/" + index.name);
        // A template that somebody else has put meanwhile stays.
        request.addParameter("create", "true");
        request.setJsonEntity(body.toString());
        try {
            client.performRequest(request);
            LOG.info("Put the index template {}", index.name);
        } catch (ResponseException e) {
            if (status(e) == 400 && e.getMessage().contains("already exists")) {
                LOG.info("The index template {} exists already", index.name);
                return;
            }
            problems.add(
                    "refuses the index template of "
                            + index.name
                            + ": "
                            + e.getMessage().replaceAll("\\s+", " ")
                            + "; without it no dashboard would find a document. Grant the role"
                            + " or user indices:admin/index_template/put, or run"
                            + " scripts/opensearch-setup.sh with a login that has it,"
                            + " or set sink.opensearch / templates to ignore");
        }
    }

    private static ObjectNode read(String template) {
        String resource = FOLDER + template + ".json";
        try (InputStream in = IndexTemplates.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException(resource + " is not in the jar");
            }
            return (ObjectNode) JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Called if OpenSearch answers, but refuses the request. */
    private void unanswered(ResultIndex index, ResponseException e) {
        if (config.templates() == Templates.PUT && !Outcome.passes(status(e))) {
            // Serverless collections take templates, but simulate none.
            try {
                put(index);
            } catch (IOException failure) {
                LOG.warn("The index template of {} can't be put", index.name, failure);
            }
            return;
        }
        LOG.warn(
                "The index template of {} can't be checked: {}. The job starts anyway. Make sure"
                        + " that scripts/opensearch-setup.sh was run",
                index.name,
                e.getMessage());
    }

    private static int status(ResponseException e) {
        return e.getResponse().getStatusLine().getStatusCode();
    }
}

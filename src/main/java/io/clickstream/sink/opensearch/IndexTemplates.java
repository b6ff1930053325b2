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
import java.time.Clock;
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
 * Makes sure that new indices get times as dates. Without an index template OpenSearch makes
 * numbers of them, no dashboard finds the documents, and an index keeps its types for good.
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
    private final Clock clock;
    private final List<String> problems = new ArrayList<>();

    private IndexTemplates(RestClient client, OpenSearchConfig config, Clock clock) {
        this.client = client;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Checks the index of each kind of result, and puts a missing template where the configuration
     * says so.
     *
     * @param trending whether the job writes lists of the most clicked names
     * @return what is wrong, one phrase each; empty if documents can be written
     */
    static List<String> problems(RestClient client, OpenSearchConfig config, boolean trending) {
        if (config.templates() == Templates.IGNORE) {
            return List.of();
        }
        IndexTemplates templates = new IndexTemplates(client, config, Clock.systemUTC());
        templates.check(config.departmentsIndex(), "departments_count", "windowEndTime");
        templates.check(config.sessionsIndex(), "user_session_counts", "windowEndTime");
        templates.check(config.checkoutsIndex(), "user_session_details", "windowEndTime");
        if (trending) {
            templates.check(config.trendingIndex(), "trending", "windowEndTime");
        }
        config.deadLettersIndex()
                .ifPresent(index -> templates.check(index, "dead_letters", "time"));
        return templates.problems;
    }

    private void check(String index, String template, String timeField) {
        String newest = new IndexName(index, config.indexPeriod()).at(clock.millis());
        try {
            Optional<JsonNode> existing = existingMapping(newest);
            if (existing.isPresent()) {
                warnOfWrongType(newest, timeField, type(existing.get(), timeField));
            } else if (!isDate(mappingOfNew(newest), timeField)) {
                missing(index, template, timeField);
            }
        } catch (ResponseException e) {
            unanswered(index, template, e);
        } catch (IOException e) {
            LOG.warn("The index template of {} can't be checked; the job starts anyway", index, e);
        }
    }

    /** The mapping of an index; empty if there is no such index. */
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

    /** An index keeps its types, whether the job starts or not. */
    private static void warnOfWrongType(String index, String field, String type) {
        if (!type.equals("date")) {
            LOG.error(
                    "Index {} has its field {} as type {}, not date: dashboards don't find its"
                            + " documents. Put the index templates with"
                            + " scripts/opensearch-setup.sh, delete the index, and replay its"
                            + " time range",
                    index,
                    field,
                    type);
        }
    }

    private void missing(String index, String template, String timeField) throws IOException {
        if (config.templates() == Templates.PUT) {
            put(index, template);
            return;
        }
        problems.add(
                "has no index template that makes "
                        + timeField
                        + " of index "
                        + index
                        + " a date, so no dashboard would find its documents. Run"
                        + " scripts/opensearch-setup.sh, or set sink.opensearch / templates to put"
                        + " (the job puts missing templates) or to ignore");
    }

    private void put(String index, String template) throws IOException {
        ObjectNode body = read(template);
        body.putArray("index_patterns").add(index).add(index + "-*");
        Request request = new Request("PUT", "/_index_template/" + index);
        // A template that somebody else has put meanwhile stays.
        request.addParameter("create", "true");
        request.setJsonEntity(body.toString());
        try {
            client.performRequest(request);
            LOG.info("Put the index template {}", index);
        } catch (ResponseException e) {
            if (status(e) == 400 && e.getMessage().contains("already exists")) {
                LOG.info("The index template {} exists already", index);
                return;
            }
            problems.add(
                    "does not take the index template of "
                            + index
                            + ": "
                            + e.getMessage().replaceAll("\\s+", " ")
                            + "; without it no dashboard would find a document. Let the role or"
                            + " user do indices:admin/index_template/put, or run"
                            + " scripts/opensearch-setup.sh as somebody who may, or set"
                            + " sink.opensearch / templates to ignore");
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

    /** OpenSearch is there, but refuses the question. */
    private void unanswered(String index, String template, ResponseException e) {
        if (config.templates() == Templates.PUT && !BulkHttpClient.passes(status(e))) {
            // Serverless collections take templates, but simulate none.
            try {
                put(index, template);
            } catch (IOException failure) {
                LOG.warn("The index template of {} can't be put", index, failure);
            }
            return;
        }
        LOG.warn(
                "The index template of {} can't be checked: {}. The job starts anyway. Make sure"
                        + " that scripts/opensearch-setup.sh was run",
                index,
                e.getMessage());
    }

    private static int status(ResponseException e) {
        return e.getResponse().getStatusLine().getStatusCode();
    }
}

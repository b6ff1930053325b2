package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.http.util.EntityUtils;
import org.opensearch.client.Request;
import org.opensearch.client.ResponseException;
import org.opensearch.client.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether the job may write, with a bulk request that deletes documents that do not exist.
 * It changes nothing and creates no index. Therefore it detects a missing permission on an index
 * only if the index exists. A login without any write permission is always detected.
 */
final class WriteRights {

    private static final Logger LOG = LoggerFactory.getLogger(WriteRights.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NO_DOCUMENT = "clickstream-start-check";
    private static final String REFUSED = "security_exception";

    private WriteRights() {}

    /**
     * The missing permissions, one phrase each; empty if the job may write.
     *
     * @throws IOException if OpenSearch does not answer
     */
    static List<String> problems(RestClient client, List<ResultIndex> indices) throws IOException {
        StringBuilder bulk = new StringBuilder();
        for (ResultIndex index : indices) {
            ObjectNode line = JSON.createObjectNode();
            line.putObject("delete").put("_index", index.newest).put("_id", NO_DOCUMENT);
            bulk.append(line).append('\n');
        }
        Request request = new Request("POST", "/_bulk");
        request.setJsonEntity(bulk.toString());
        List<String> problems = new ArrayList<>();
        try {
            JsonNode answer =
                    JSON.readTree(
                            EntityUtils.toString(
                                    client.performRequest(request).getEntity(),
                                    StandardCharsets.UTF_8));
            for (JsonNode item : answer.path("items")) {
                JsonNode result = item.path("delete");
                JsonNode error = result.path("error");
                if (error.path("type").asText().equals(REFUSED)) {
                    problems.add(problem(result.path("_index").asText(), error));
                }
            }
        } catch (ResponseException e) {
            int status = e.getResponse().getStatusLine().getStatusCode();
            if (status == 403) {
                problems.add(
                        problem("any index", JSON.createObjectNode().put("reason", reason(e))));
            } else {
                LOG.warn(
                        "The job cannot check whether it may write to OpenSearch: {}. It starts"
                                + " anyway",
                        e.getMessage());
            }
        }
        return problems;
    }

    private static String reason(ResponseException e) {
        return e.getMessage().replaceAll("\\s+", " ");
    }

    private static String problem(String index, JsonNode error) {
        return "does not let the job write to "
                + index
                + ": "
                + error.path("reason").asText()
                + "; map its role or user to an OpenSearch role with indices:data/write/* and"
                + " indices:admin/create for it";
    }
}

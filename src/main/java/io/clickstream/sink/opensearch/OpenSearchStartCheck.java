package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.Auth;
import io.clickstream.config.OpenSearchConfig.SigningService;
import io.clickstream.sink.opensearch.RequestSigning.SigningException;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.flink.util.ExceptionUtils;
import org.apache.http.util.EntityUtils;
import org.opensearch.client.Request;
import org.opensearch.client.Response;
import org.opensearch.client.ResponseException;
import org.opensearch.client.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks before the start whether OpenSearch answers and accepts the job's login.
 *
 * <p>It requests {@code /}, or an index on OpenSearch Serverless, which does not support {@code /}.
 * This reveals a wrong address, certificate, password, or role. Then it checks whether the role may
 * write, and whether new indices get the right types: see {@link WriteRights} and {@link
 * IndexTemplates}.
 */
public final class OpenSearchStartCheck {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSearchStartCheck.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TRIES = 3;
    private static final int BODY_EXCERPT = 300;

    private final OpenSearchConfig config;
    private final Collection<Aggregate<?>> aggregates;
    private final Duration pause;
    private boolean indicesChecked;

    private OpenSearchStartCheck(
            OpenSearchConfig config, Collection<Aggregate<?>> aggregates, Duration pause) {
        this.config = config;
        this.aggregates = aggregates;
        this.pause = pause;
    }

    /**
     * The problems, one sentence each; empty if the job can start. A server that does not answer is
     * tried three times, 2 s apart. At least one of several endpoints must answer, and each
     * endpoint that answers must accept the login.
     *
     * @param aggregates the aggregates that the job writes
     */
    public static List<String> problems(
            OpenSearchConfig config, Collection<Aggregate<?>> aggregates)
            throws InterruptedException {
        return problems(config, aggregates, Duration.ofSeconds(2));
    }

    static List<String> problems(
            OpenSearchConfig config, Collection<Aggregate<?>> aggregates, Duration pause)
            throws InterruptedException {
        return new OpenSearchStartCheck(config, aggregates, pause).problems();
    }

    private List<String> problems() throws InterruptedException {
        List<String> refused = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        for (URI endpoint : config.endpoints()) {
            check(endpoint, refused, absent);
        }
        if (refused.isEmpty() && absent.size() < config.endpoints().size()) {
            absent.forEach(LOG::warn);
            return List.of();
        }
        refused.addAll(absent);
        return refused;
    }

    private void check(URI endpoint, List<String> refused, List<String> absent)
            throws InterruptedException {
        String failure = "";
        for (int tries = 0; tries < TRIES; tries++) {
            if (tries > 0) {
                Thread.sleep(pause.toMillis());
            }
            try (RestClient client =
                    ClientFactory.plainClient(config, ClientFactory.host(endpoint))) {
                if (letsIn(client, endpoint, refused)) {
                    checkIndices(client, endpoint, refused);
                }
                return;
            } catch (IOException e) {
                if (ExceptionUtils.findThrowable(e, SigningException.class).isPresent()) {
                    refused.add(
                            name(endpoint)
                                    + "cannot be queried: "
                                    + e.getMessage()
                                    + "; the job needs a role, or credentials that the AWS SDK"
                                    + " finds");
                    return;
                }
                if (isUntrusted(e)) {
                    refused.add(
                            name(endpoint)
                                    + "has a certificate that this machine does not trust: "
                                    + e.getMessage());
                    return;
                }
                if (ExceptionUtils.findThrowable(e, UnknownHostException.class).isPresent()) {
                    absent.add(name(endpoint) + "is not a known host; check the name");
                    return;
                }
                failure = "did not answer: " + e.getMessage();
            }
        }
        absent.add(
                name(endpoint)
                        + failure
                        + "; tried "
                        + TRIES
                        + " times. Check the address, and whether the job's network can reach it");
    }

    /** Whether the login is accepted, so that further checks make sense. */
    private boolean letsIn(RestClient client, URI endpoint, List<String> refused)
            throws IOException {
        Optional<String> problem;
        try {
            problem = answerProblem(client.performRequest(request()));
        } catch (ResponseException e) {
            int status = e.getResponse().getStatusLine().getStatusCode();
            if (Outcome.passes(status)) {
                // It is there and in trouble, which the job outlasts. Not to start would only
                // make the trouble the job's too.
                LOG.warn("{}answered {}; the job starts anyway", name(endpoint), status);
                return false;
            }
            problem = refusal(status, body(e.getResponse()));
        }
        problem.ifPresent(text -> refused.add(name(endpoint) + text));
        return problem.isEmpty();
    }

    /** Checks the indices at one endpoint, because all endpoints belong to one cluster. */
    private void checkIndices(RestClient client, URI endpoint, List<String> refused)
            throws IOException {
        if (indicesChecked) {
            return;
        }
        List<ResultIndex> indices = ResultIndex.all(config, aggregates, Clock.systemUTC().millis());
        List<String> problems = new ArrayList<>();
        if (!isServerless()) {
            // Collections of time series refuse each deletion.
            problems.addAll(WriteRights.problems(client, indices));
        }
        if (problems.isEmpty()) {
            problems.addAll(IndexTemplates.problems(client, config, indices));
        }
        // Where nobody answers, the next try asks again.
        indicesChecked = true;
        problems.forEach(problem -> refused.add(name(endpoint) + problem));
    }

    private Request request() {
        return isServerless()
                ? new Request("HEAD", '/' + config.index(aggregates.iterator().next()))
                : new Request("GET", "/");
    }

    private boolean isServerless() {
        return config.auth() == Auth.SIGV4 && config.signingService() == SigningService.AOSS;
    }

    private static String name(URI endpoint) {
        return "OpenSearch at " + endpoint + ' ';
    }

    /** Detects answers of dashboards and proxies. */
    private Optional<String> answerProblem(Response response) {
        if (isServerless()) {
            return Optional.empty();
        }
        try {
            String body = body(response);
            if (JSON.readTree(body).path("version").has("number")) {
                return Optional.empty();
            }
            return Optional.of("answers, but not like OpenSearch" + quoted(body));
        } catch (JsonProcessingException e) {
            return Optional.of(
                    "answers, but not with JSON: this may be the address of a web page such as"
                            + " OpenSearch Dashboards");
        }
    }

    private Optional<String> refusal(int status, String body) {
        switch (status) {
            case 401:
                return Optional.of("answered 401" + quoted(body) + "; " + loginAdvice());
            case 403:
                if (body.contains("no permissions for [cluster:monitor/main]")) {
                    // Known and let in; only this question is not allowed, and the job never asks.
                    LOG.warn("OpenSearch can't be asked for its version: {}", body);
                    return Optional.empty();
                }
                return Optional.of(
                        "answered 403"
                                + quoted(body)
                                + "; the role or user needs access to the domain or collection");
            default:
                return Optional.of(
                        "answered " + status + quoted(body) + "; check the address and its path");
        }
    }

    private String loginAdvice() {
        switch (config.auth()) {
            case BASIC:
                return "check the user name and the password";
            case SIGV4:
                return "check the region, the service, and the role";
            default:
                return "it requires a login; set `sink.opensearch / auth` to `basic` or `sigv4`";
        }
    }

    private static String body(Response response) {
        if (response.getEntity() == null) {
            return "";
        }
        try {
            return EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static String quoted(String body) {
        String line = body.trim().replaceAll("\\s+", " ");
        if (line.isEmpty()) {
            return "";
        }
        return ": " + (line.length() > BODY_EXCERPT ? line.substring(0, BODY_EXCERPT) : line);
    }

    /** Whether a certificate is not trusted; waiting does not help. */
    private static boolean isUntrusted(Exception failure) {
        return ExceptionUtils.findThrowable(failure, GeneralSecurityException.class).isPresent()
                || ExceptionUtils.findThrowable(failure, SSLPeerUnverifiedException.class)
                        .isPresent();
    }
}

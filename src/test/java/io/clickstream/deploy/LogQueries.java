package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The queries of CloudWatch Logs Insights that the template {@code application} saves, as far as
 * they look at messages. It stands for the service: it finds the lines that their regular
 * expressions find.
 */
public final class LogQueries {

    /** What the managed service makes of a line of the log, by its page on logging. */
    static final Set<String> FIELDS =
            Set.of(
                    "@timestamp",
                    "applicationARN",
                    "applicationVersionId",
                    "locationInformation",
                    "logger",
                    "message",
                    "messageSchemaVersion",
                    "messageType",
                    "threadName",
                    "throwableInformation.0");

    private static final Pattern EXPRESSION = Pattern.compile("message like /([^/]+)/");
    private static final Pattern PARSE = Pattern.compile("\\| parse message \"([^\"]+)\"");

    private final Map<String, String> queries;

    private LogQueries(Map<String, String> queries) {
        this.queries = queries;
    }

    public static LogQueries ofTheTemplate() throws IOException {
        Map<String, String> queries = new HashMap<>();
        Template.read(
                        Path.of("cloudformation", "application.yaml"),
                        Map.of("JarBucket", "jars", "JarKey", "clickstream/a.jar", "Source", "msk"))
                .resources()
                .forEach(
                        (name, resource) -> {
                            if (resource.get("Type").equals("AWS::Logs::QueryDefinition")) {
                                queries.put(
                                        name,
                                        map(resource.get("Properties"))
                                                .get("QueryString")
                                                .toString());
                            }
                        });
        return new LogQueries(queries);
    }

    Map<String, String> all() {
        return queries;
    }

    /** The messages that a query finds. */
    public List<String> matches(String query, List<String> messages) {
        Matcher expression = EXPRESSION.matcher(queries.get(query));
        if (!expression.find()) {
            throw new IllegalArgumentException("looks at no message: " + queries.get(query));
        }
        Pattern pattern = Pattern.compile(expression.group(1));
        return messages.stream().filter(each -> pattern.matcher(each).find()).toList();
    }

    /** What a query takes out of the messages that it finds, by the asterisks of its pattern. */
    public List<List<String>> parsed(String query, List<String> messages) {
        Matcher parse = PARSE.matcher(queries.get(query));
        if (!parse.find()) {
            throw new IllegalArgumentException("parses nothing: " + queries.get(query));
        }
        Pattern pattern =
                Pattern.compile(
                        Pattern.quote(parse.group(1)).replace("*", "\\E(.*)\\Q"), Pattern.DOTALL);
        List<List<String>> values = new ArrayList<>();
        for (String message : matches(query, messages)) {
            Matcher found = pattern.matcher(message);
            if (found.find()) {
                List<String> groups = new ArrayList<>();
                for (int i = 1; i <= found.groupCount(); i++) {
                    groups.add(found.group(i));
                }
                values.add(groups);
            }
        }
        return values;
    }
}

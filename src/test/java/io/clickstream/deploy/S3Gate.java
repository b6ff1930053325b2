package io.clickstream.deploy;

import com.sun.net.httpserver.HttpExchange;
import io.clickstream.local.server.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in front of a server for S3 and lets pass only what the role of the template {@code
 * application} may do. Which action a request is follows the service authorization reference of
 * Amazon S3. As S3 does, it answers 403 to everything else, also where the object is not there.
 */
public final class S3Gate implements AutoCloseable {

    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");

    private final Map<String, String> settings;
    private final HttpGate gate;

    private S3Gate(S3Server s3, List<Map<String, Object>> statements) throws IOException {
        gate =
                new HttpGate(
                        URI.create(s3.settings().get("s3.endpoint")), statements, S3Gate::accesses);
        settings = new HashMap<>(s3.settings());
        settings.put("s3.endpoint", gate.uri().toString());
    }

    /**
     * Opens a gate.
     *
     * @param parameters of the template, beside those that it needs anyway
     */
    public static S3Gate open(S3Server s3, Map<String, String> parameters) throws IOException {
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "JarBucket", "jars",
                                "JarKey", "clickstream/a.jar",
                                "Source", "msk",
                                "MskClusterArn",
                                        "arn:aws:kafka:eu-central-1:111122223333:cluster/shop/0a1b",
                                "BootstrapServers", "b-1.shop.example:9098"));
        all.putAll(parameters);
        return new S3Gate(s3, HttpGate.statements(all));
    }

    /** What Flink's file system for S3 must be told. */
    public Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    /** What was asked for and refused, as actions and resources. */
    public Set<String> refused() {
        return gate.refused();
    }

    /** What was asked for and allowed, as actions and resources. */
    public Set<String> accesses() {
        return gate.accesses();
    }

    /** The actions that were asked for and allowed. */
    public Set<String> actions() {
        return gate.actions();
    }

    /** Actions with their resources: {@code s3:GetObject arn:aws:s3:::bucket/key}. */
    private static List<String> accesses(HttpExchange exchange, byte[] body) {
        String[] parts = exchange.getRequestURI().getPath().substring(1).split("/", 2);
        String bucket = "arn:aws:s3:::" + parts[0];
        String key = parts.length > 1 ? parts[1] : "";
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        String method = exchange.getRequestMethod();
        if (key.isEmpty()) {
            return ofBucket(bucket, method, query, body);
        }
        String object = " " + bucket + "/" + key;
        boolean isPart = query.contains("uploadId=");
        if (method.equals("DELETE")) {
            return List.of((isPart ? "s3:AbortMultipartUpload" : "s3:DeleteObject") + object);
        }
        if (method.equals("PUT") || method.equals("POST")) {
            List<String> puts = new ArrayList<>(List.of("s3:PutObject" + object));
            String source = exchange.getRequestHeaders().getFirst("x-amz-copy-source");
            if (source != null) {
                String path = URLDecoder.decode(source, StandardCharsets.UTF_8);
                puts.add(
                        "s3:GetObject arn:aws:s3:::"
                                + (path.startsWith("/") ? path.substring(1) : path));
            }
            return puts;
        }
        return List.of((isPart ? "s3:ListMultipartUploadParts" : "s3:GetObject") + object);
    }

    private static List<String> ofBucket(String bucket, String method, String query, byte[] body) {
        if (method.equals("POST")) {
            List<String> deleted = new ArrayList<>();
            Matcher keys = KEY.matcher(new String(body, StandardCharsets.UTF_8));
            while (keys.find()) {
                deleted.add("s3:DeleteObject " + bucket + "/" + keys.group(1));
            }
            return deleted;
        }
        if (query.contains("uploads")) {
            return List.of("s3:ListBucketMultipartUploads " + bucket);
        }
        return List.of(
                (query.contains("location") ? "s3:GetBucketLocation " : "s3:ListBucket ") + bucket);
    }

    /** What the role may do at S3, but for the jar. */
    public Set<String> granted() {
        Set<String> granted = gate.granted("s3");
        granted.remove("s3:GetObjectVersion");
        return granted;
    }

    @Override
    public void close() {
        gate.close();
    }
}

package io.clickstream.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.authorizer.AuthorizerServerInfo;

/**
 * Lets a broker's listener {@link #LISTENER} do only what the role of the template {@code
 * application} may do. What the broker asks for becomes an action of IAM by MSK's page "Semantics
 * of IAM authorization policy actions and resources". A broker has one gate, and this machine one
 * broker with a gate at a time.
 */
public final class KafkaGate implements Authorizer {

    /** The listener that the job is to use; all others may do everything. */
    public static final String LISTENER = "ROLE";

    private static final KafkaPrincipal JOB = new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "job");

    private static final String ARN = "arn:aws:kafka:eu-central-1:111122223333:";
    private static final String CLUSTER = "cluster/shop/0a1b-2";

    private static final Set<String> ALLOWED = new ConcurrentSkipListSet<>();
    private static final Set<String> REFUSED = new ConcurrentSkipListSet<>();
    private static volatile List<Map<String, Object>> statements = List.of();

    /** The template's parameters for a cluster behind the gate. */
    public static Map<String, String> parameters() {
        Map<String, String> parameters = new HashMap<>(StackResult.allOn());
        parameters.putAll(
                Map.of(
                        "JarBucket", "jars",
                        "JarKey", "clickstream/a.jar",
                        "Source", "msk",
                        "MskClusterArn", ARN + CLUSTER,
                        "BootstrapServers", "b-1.shop.example:9098"));
        return parameters;
    }

    /** What the template configures. */
    public static Map<String, Map<String, String>> propertyGroups() throws IOException {
        return ApplicationTemplateTest.propertyGroups(parameters());
    }

    /** Forgets all calls; gives the properties that a broker needs. */
    public static Map<String, String> install() throws IOException {
        ALLOWED.clear();
        REFUSED.clear();
        statements =
                ApplicationTemplateTest.statementsOf(
                        Template.read(Path.of("cloudformation", "application.yaml"), parameters())
                                .resources());
        return Map.of(
                "authorizer.class.name", KafkaGate.class.getName(),
                "principal.builder.class", ByListener.class.getName());
    }

    /** What was asked for and refused: an action and its resource. */
    public static Set<String> refused() {
        return new TreeSet<>(REFUSED);
    }

    /** What was asked for and allowed, as actions and resources. */
    public static Set<String> accesses() {
        return new TreeSet<>(ALLOWED);
    }

    /** The actions that were asked for and allowed. */
    public static Set<String> actions() {
        return ALLOWED.stream()
                .map(each -> each.substring(0, each.indexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the role may do at the cluster. */
    public static Set<String> granted() {
        return statements.stream()
                .flatMap(each -> ApplicationTemplateTest.texts(each.get("Action")).stream())
                .filter(action -> action.startsWith("kafka-cluster:"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Who comes by the listener of the job is the job, also when the controller decides. */
    public static final class ByListener extends DefaultKafkaPrincipalBuilder {

        public ByListener() {
            super(null, null);
        }

        @Override
        public KafkaPrincipal build(AuthenticationContext context) {
            return context.listenerName().equals(LISTENER) ? JOB : KafkaPrincipal.ANONYMOUS;
        }
    }

    @Override
    public List<AuthorizationResult> authorize(
            AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = new ArrayList<>();
        for (Action action : actions) {
            results.add(
                    !context.principal().equals(JOB) || isAllowed(action)
                            ? AuthorizationResult.ALLOWED
                            : AuthorizationResult.DENIED);
        }
        return results;
    }

    private static boolean isAllowed(Action action) {
        String access =
                "kafka-cluster:"
                        + name(action.operation(), action.resourcePattern().resourceType())
                        + " "
                        + arn(
                                action.resourcePattern().resourceType(),
                                action.resourcePattern().name());
        boolean allowed = Grants.allow(statements, access);
        // The broker also tries rights that it can do without.
        if (allowed || action.logIfDenied()) {
            (allowed ? ALLOWED : REFUSED).add(access);
        }
        return allowed;
    }

    private static String name(AclOperation operation, ResourceType type) {
        return switch (type) {
            case CLUSTER ->
                    switch (operation) {
                        case DESCRIBE -> "DescribeCluster";
                        case DESCRIBE_CONFIGS -> "DescribeClusterDynamicConfiguration";
                        case IDEMPOTENT_WRITE -> "WriteDataIdempotently";
                        case CREATE -> "CreateTopic";
                        default -> operation + "OfCluster";
                    };
            case TOPIC ->
                    switch (operation) {
                        case DESCRIBE -> "DescribeTopic";
                        case CREATE -> "CreateTopic";
                        case READ -> "ReadData";
                        case WRITE -> "WriteData";
                        case DESCRIBE_CONFIGS -> "DescribeTopicDynamicConfiguration";
                        default -> operation + "OfTopic";
                    };
            case GROUP ->
                    switch (operation) {
                        case DESCRIBE -> "DescribeGroup";
                        case READ -> "AlterGroup";
                        default -> operation + "OfGroup";
                    };
            case TRANSACTIONAL_ID ->
                    switch (operation) {
                        case DESCRIBE -> "DescribeTransactionalId";
                        case WRITE -> "AlterTransactionalId";
                        default -> operation + "OfTransactionalId";
                    };
            default -> operation + "Of" + type;
        };
    }

    private static String arn(ResourceType type, String name) {
        return switch (type) {
            case TOPIC -> ARN + CLUSTER.replace("cluster/", "topic/") + "/" + name;
            case GROUP -> ARN + CLUSTER.replace("cluster/", "group/") + "/" + name;
            case TRANSACTIONAL_ID ->
                    ARN + CLUSTER.replace("cluster/", "transactional-id/") + "/" + name;
            default -> ARN + CLUSTER;
        };
    }

    /** MSK asks for the right to write idempotently at the cluster. */
    @Override
    public AuthorizationResult authorizeByResourceType(
            AuthorizableRequestContext context, AclOperation operation, ResourceType type) {
        return context.principal().equals(JOB)
                ? AuthorizationResult.DENIED
                : AuthorizationResult.ALLOWED;
    }

    @Override
    public Map<Endpoint, ? extends CompletionStage<Void>> start(AuthorizerServerInfo server) {
        return server.endpoints().stream()
                .collect(
                        Collectors.toMap(
                                each -> each, each -> CompletableFuture.completedFuture(null)));
    }

    @Override
    public void configure(Map<String, ?> properties) {}

    @Override
    public List<? extends CompletionStage<AclCreateResult>> createAcls(
            AuthorizableRequestContext context, List<AclBinding> bindings) {
        throw new UnsupportedOperationException("the role decides");
    }

    @Override
    public List<? extends CompletionStage<AclDeleteResult>> deleteAcls(
            AuthorizableRequestContext context, List<AclBindingFilter> filters) {
        throw new UnsupportedOperationException("the role decides");
    }

    @Override
    public Iterable<AclBinding> acls(AclBindingFilter filter) {
        return List.of();
    }

    @Override
    public void close() {}

    /** The place of the listener among those of {@code KafkaBroker}. */
    public static Map<String, String> listeners() {
        return Map.of(LISTENER, "PLAINTEXT");
    }
}

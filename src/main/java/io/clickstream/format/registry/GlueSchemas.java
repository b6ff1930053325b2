package io.clickstream.format.registry;

import io.clickstream.config.RegistryConfig;
import io.clickstream.format.registry.LookupException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.util.ExceptionUtils;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.glue.GlueClientBuilder;
import software.amazon.awssdk.services.glue.model.DataFormat;
import software.amazon.awssdk.services.glue.model.EntityNotFoundException;
import software.amazon.awssdk.services.glue.model.GetSchemaVersionResponse;
import software.amazon.awssdk.services.glue.model.InvalidInputException;

/**
 * AWS Glue Schema Registry: {@code GetSchemaVersion} by the version's id. Only the definition
 * matters, not whether the version passed Glue's compatibility check, because records were written
 * with it.
 */
final class GlueSchemas implements SchemaRegistry {

    /** Error codes of missing permissions and wrong keys. They have status 400 or 403. */
    private static final Set<String> REFUSALS =
            Set.of(
                    "AccessDeniedException",
                    "AccessDenied",
                    "UnrecognizedClientException",
                    "InvalidClientTokenId",
                    "InvalidSignatureException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "IncompleteSignatureException",
                    "MissingAuthenticationToken",
                    "MissingAuthenticationTokenException",
                    "OptInRequired");

    private final GlueClient client;
    private final String name;
    private final Duration timeout;

    GlueSchemas(RegistryConfig config) {
        timeout = config.requestTimeout();
        String region = config.region().orElseThrow();
        // Nobody closes a decoder, so the client must be one without threads that stay: no
        // reaper, and no timeouts but the socket's. Attempts are counted outside.
        GlueClientBuilder builder =
                GlueClient.builder()
                        .region(Region.of(region))
                        .httpClient(
                                ApacheHttpClient.builder()
                                        .connectionTimeout(timeout)
                                        .socketTimeout(timeout)
                                        .useIdleConnectionReaper(false)
                                        .build())
                        .overrideConfiguration(
                                override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()));
        config.endpoint().ifPresent(builder::endpointOverride);
        client = builder.build();
        name =
                "AWS Glue Schema Registry "
                        + config.endpoint().map(uri -> "at " + uri).orElse("in " + region);
    }

    @Override
    public SchemaId anyId() {
        return SchemaId.ofUuid(0, 0);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> lookUp(SchemaId id) throws LookupException, InterruptedException {
        GetSchemaVersionResponse version = definition(id);
        if (version.dataFormat() != DataFormat.AVRO) {
            throw new LookupException(
                    Kind.UNUSABLE, "it is " + version.dataFormatAsString() + "; it must be AVRO");
        }
        if (version.schemaDefinition() == null) {
            throw new LookupException(
                    Kind.UNKNOWN, name + " has no definition: it is " + version.statusAsString());
        }
        return List.of(version.schemaDefinition());
    }

    private GetSchemaVersionResponse definition(SchemaId id)
            throws LookupException, InterruptedException {
        try {
            return interruptibly(
                    () -> client.getSchemaVersion(get -> get.schemaVersionId(id.toString())));
        } catch (EntityNotFoundException | InvalidInputException e) {
            throw new LookupException(Kind.UNKNOWN, name + " answers: " + errorMessage(e), e);
        } catch (AwsServiceException e) {
            throw new LookupException(
                    isRefusal(e) ? Kind.REFUSED : Kind.BUSY,
                    name + " answers: " + errorMessage(e) + whatToDo(e),
                    e);
        } catch (SdkClientException e) {
            throw new LookupException(
                    Kind.UNREACHABLE, name + " was not reached: " + e.getMessage(), e);
        }
    }

    /**
     * Asks in a separate thread, because the client's thread does not notice an interruption before
     * the socket's timeout. Requests are rare: one per schema.
     */
    private GetSchemaVersionResponse interruptibly(Callable<GetSchemaVersionResponse> question)
            throws LookupException, InterruptedException {
        FutureTask<GetSchemaVersionResponse> asked = new FutureTask<>(question);
        Thread thread = new Thread(asked, "glue-schema-lookup");
        thread.setDaemon(true);
        thread.start();
        try {
            return asked.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new LookupException(
                    Kind.UNREACHABLE,
                    name + " does not answer within " + timeout.toMillis() + " ms",
                    e);
        } catch (ExecutionException e) {
            ExceptionUtils.rethrow(e.getCause());
            throw new IllegalStateException("Can't be reached", e);
        } finally {
            asked.cancel(true);
        }
    }

    /**
     * Whether the login is refused permanently. Expired session credentials are renewed, and clocks
     * are corrected, so these errors are temporary.
     */
    private static boolean isRefusal(AwsServiceException e) {
        boolean passes =
                e.isThrottlingException()
                        || e.isClockSkewException()
                        || code(e).startsWith("Expired")
                        || code(e).startsWith("RequestExpired");
        boolean refused =
                REFUSALS.contains(code(e)) || e.statusCode() == 401 || e.statusCode() == 403;
        return refused && !passes;
    }

    private static String whatToDo(AwsServiceException e) {
        return isRefusal(e)
                ? "; allow the job's role the action glue:GetSchemaVersion on every resource (*)"
                : "";
    }

    private static String code(AwsServiceException e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? ""
                : e.awsErrorDetails().errorCode();
    }

    /** The error without the request id, which would make each message unique. */
    private static String errorMessage(AwsServiceException e) {
        String message = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
        return (e.statusCode() + " " + code(e)).strip() + (message == null ? "" : ", " + message);
    }
}

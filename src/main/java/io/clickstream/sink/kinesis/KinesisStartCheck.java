package io.clickstream.sink.kinesis;

import io.clickstream.config.KinesisSourceConfig;
import io.clickstream.config.KinesisStreamName;
import io.clickstream.config.StartCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** Checks before the start whether Kinesis answers and the streams exist. */
public final class KinesisStartCheck implements AutoCloseable {

    /** Long enough for the client's own retries, and short enough to wait for at a terminal. */
    private static final int TIMEOUT_SECONDS = 15;

    private final KinesisClients clients;
    private final String where;
    private final List<String> problems = new ArrayList<>();

    /**
     * Creates a client, which connects at the first check.
     *
     * @param clientProperties with region and endpoint
     */
    public KinesisStartCheck(Properties clientProperties) {
        clients = new KinesisClients(clientProperties);
        Object endpoint = clientProperties.get("aws.endpoint");
        where =
                "Kinesis "
                        + (endpoint == null
                                ? "in " + clientProperties.get("aws.region")
                                : "at " + endpoint);
    }

    /** Checks that the stream of clicks exists. */
    public static StartCheck ofSource(KinesisSourceConfig source) {
        return () -> {
            try (KinesisStartCheck check = new KinesisStartCheck(source.clientProperties())) {
                return check.exists("source.kinesis / stream", source.stream()).problems();
            }
        };
    }

    /**
     * Checks that a stream exists and is not being created or deleted.
     *
     * @param key the key that names the stream, for the error
     */
    public KinesisStartCheck exists(String key, KinesisStreamName stream)
            throws InterruptedException {
        String named = "`" + key + "` names stream `" + stream + "`, ";
        try {
            StreamStatus status =
                    clients.kinesis()
                            .describeStreamSummary(
                                    DescribeStreamSummaryRequest.builder()
                                            .streamName(stream.name())
                                            .streamARN(stream.arn().orElse(null))
                                            .build())
                            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .streamDescriptionSummary()
                            .streamStatus();
            if (status == StreamStatus.DELETING || status == StreamStatus.CREATING) {
                problems.add(
                        named
                                + "which is "
                                + status
                                + " now; start the job when the stream is ACTIVE");
            }
        } catch (ExecutionException e) {
            problems.add(
                    e.getCause() instanceof ResourceNotFoundException
                            ? named
                                    + "which "
                                    + where
                                    + " does not have; create it or correct the name"
                            : named
                                    + "but "
                                    + where
                                    + " answers: "
                                    + e.getCause().getMessage()
                                    + "; check the region, the endpoint, the permissions, and"
                                    + " the network");
        } catch (TimeoutException e) {
            problems.add(
                    named
                            + "but "
                            + where
                            + " does not answer within "
                            + TIMEOUT_SECONDS
                            + " s; check the region, the endpoint, and the network");
        }
        return this;
    }

    /** The problems, one sentence each. */
    public List<String> problems() {
        return problems;
    }

    @Override
    public void close() {
        clients.close();
    }
}

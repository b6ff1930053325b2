package io.clickstream.tools.connect;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import org.apache.flink.connector.aws.util.AWSClientUtil;
import org.apache.flink.connector.aws.util.AWSGeneralUtil;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** A Kinesis client, and the HTTP client below it. */
public final class KinesisConnection implements AutoCloseable {

    private final SdkAutoCloseable http;
    private final KinesisAsyncClient client;

    /**
     * Takes clients that are there.
     *
     * @param http what is below the client; both are closed with the connection
     */
    public KinesisConnection(KinesisAsyncClient client, SdkAutoCloseable http) {
        this.client = client;
        this.http = http;
    }

    /**
     * Creates the clients.
     *
     * @param settings of Flink's Kinesis client: {@code aws.region}, {@code aws.endpoint} and
     *     others; without a login, credentials come from the SDK's default chain
     */
    public static KinesisConnection open(Properties settings) {
        SdkAsyncHttpClient http = AWSGeneralUtil.createAsyncHttpClient(settings);
        return new KinesisConnection(
                AWSClientUtil.createAwsAsyncClient(
                        settings,
                        http,
                        KinesisAsyncClient.builder(),
                        "Apache Flink %s (%s) Kinesis Connector",
                        "aws.kinesis.client.user-agent-prefix"),
                http);
    }

    public KinesisAsyncClient client() {
        return client;
    }

    /**
     * All shards of a stream, closed ones too.
     *
     * @throws IllegalStateException if there is no such stream, or it can't be asked for
     */
    public List<Shard> shards(String stream) {
        List<Shard> shards = new ArrayList<>();
        ListShardsRequest request = ListShardsRequest.builder().streamName(stream).build();
        while (true) {
            ListShardsResponse response;
            try {
                response = client.listShards(request).join();
            } catch (CompletionException e) {
                throw new IllegalStateException(
                        e.getCause() instanceof ResourceNotFoundException
                                ? "there is no stream " + stream + "; create it"
                                : "stream " + stream + " can't be asked for its shards",
                        e.getCause());
            }
            shards.addAll(response.shards());
            if (response.nextToken() == null) {
                return shards;
            }
            request = ListShardsRequest.builder().nextToken(response.nextToken()).build();
        }
    }

    @Override
    public void close() {
        client.close();
        http.close();
    }
}

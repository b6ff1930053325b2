package io.clickstream.sink.kinesis;

import java.util.Properties;
import org.apache.flink.connector.aws.util.AWSClientUtil;
import org.apache.flink.connector.aws.util.AWSGeneralUtil;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** A Kinesis client and its HTTP client, which are closed together. */
final class KinesisClients implements AutoCloseable {

    private final SdkAsyncHttpClient http;
    private final KinesisAsyncClient kinesis;

    KinesisClients(Properties properties) {
        http = AWSGeneralUtil.createAsyncHttpClient(properties);
        kinesis =
                AWSClientUtil.createAwsAsyncClient(
                        properties,
                        http,
                        KinesisAsyncClient.builder(),
                        "Apache Flink %s (%s) Kinesis Connector",
                        "aws.kinesis.client.user-agent-prefix");
    }

    KinesisAsyncClient kinesis() {
        return kinesis;
    }

    @Override
    public void close() {
        kinesis.close();
        http.close();
    }
}

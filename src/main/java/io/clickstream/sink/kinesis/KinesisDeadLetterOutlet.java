package io.clickstream.sink.kinesis;

import io.clickstream.config.KinesisStreamName;
import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import io.clickstream.sink.DeadLetterOutlet;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.util.FlinkRuntimeException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;

/** Writes the dead letters of other sinks to the stream, with its own client. */
final class KinesisDeadLetterOutlet implements DeadLetterOutlet {

    private static final long serialVersionUID = 1L;

    private final Properties clientProperties;
    private final KinesisStreamName stream;

    KinesisDeadLetterOutlet(Properties clientProperties, KinesisStreamName stream) {
        this.clientProperties = clientProperties;
        this.stream = stream;
    }

    @Override
    public Writer open() {
        return new StreamWriter(new KinesisClients(clientProperties), stream);
    }

    private static final class StreamWriter implements Writer {

        private final KinesisClients clients;
        private final KinesisStreamName stream;
        private final List<CompletableFuture<?>> sent = new ArrayList<>();

        StreamWriter(KinesisClients clients, KinesisStreamName stream) {
            this.clients = clients;
            this.stream = stream;
        }

        @Override
        public void write(DeadLetter letter) {
            sent.add(
                    clients.kinesis()
                            .putRecord(
                                    PutRecordRequest.builder()
                                            .streamName(stream.name())
                                            .streamARN(stream.arn().orElse(null))
                                            .partitionKey(letter.reason().label())
                                            .data(
                                                    SdkBytes.fromByteArrayUnsafe(
                                                            DeadLetterJson.toBytes(letter)))
                                            .build()));
        }

        @Override
        public void flush() {
            try {
                CompletableFuture.allOf(sent.toArray(new CompletableFuture<?>[0])).join();
            } catch (CompletionException e) {
                throw new FlinkRuntimeException(
                        "Dead letters could not be written to stream " + stream, e.getCause());
            }
            sent.clear();
        }

        @Override
        public void close() {
            // All that matters is flushed.
            clients.close();
        }
    }
}

package io.clickstream.bench;

/** A topic with the clicks of a workload. */
final class KafkaInput {

    static final String TOPIC = "clicks";

    private KafkaInput() {}
}

package io.clickstream.config;

import io.clickstream.aggregate.Aggregates;
import java.util.Map;
import java.util.Set;

/**
 * The single property group of the MSK lab, whose configuration works here unchanged. Each of its
 * keys is an alias of one of ours.
 */
final class LabProperties {

    static final String GROUP = "FlinkApplicationProperties";

    static final String REGION = "Region";

    static final Set<String> ENDPOINTS = Set.of("OpenSearchEndpoint", "ElasticsearchEndpoint");

    static final Map<String, Key<?>> KEYS =
            Map.of(
                    "BootstrapServers",
                    KafkaSourceConfig.BOOTSTRAP_SERVERS,
                    "Topic",
                    KafkaSourceConfig.TOPIC,
                    "GroupId",
                    KafkaSourceConfig.GROUP_ID,
                    "DepartmentsAgg_Topic",
                    KafkaSinkConfig.TOPICS.of(Aggregates.DEPARTMENT_COUNTS),
                    "clickEventsUserIdAggResult_Topic",
                    KafkaSinkConfig.TOPICS.of(Aggregates.SESSION_COUNTS),
                    "userSessionsAggregatesWithOrderCheckout_Topic",
                    KafkaSinkConfig.TOPICS.of(Aggregates.CHECKOUT_SESSIONS),
                    "OpenSearchEndpoint",
                    OpenSearchConfig.ENDPOINT,
                    "ElasticsearchEndpoint",
                    OpenSearchConfig.ENDPOINT,
                    REGION,
                    OpenSearchConfig.REGION);

    private LabProperties() {}
}

package io.clickstream.config;

import java.util.Map;
import java.util.Set;

/**
 * The one property group of the MSK lab, whose application's configuration works here as it is.
 * Each of its keys is another name of one of ours.
 */
final class LabProperties {

    static final String GROUP = "FlinkApplicationProperties";

    static final String REGION = "Region";

    static final Set<String> ENDPOINTS = Set.of("OpenSearchEndpoint", "ElasticsearchEndpoint");

    static final Map<String, Key<?>> KEYS =
            Map.of(
                    "BootstrapServers",
                    ConfigKeys.SOURCE_BOOTSTRAP_SERVERS,
                    "Topic",
                    ConfigKeys.SOURCE_TOPIC,
                    "GroupId",
                    ConfigKeys.SOURCE_GROUP_ID,
                    "DepartmentsAgg_Topic",
                    ConfigKeys.DEPARTMENTS_TOPIC,
                    "clickEventsUserIdAggResult_Topic",
                    ConfigKeys.SESSIONS_TOPIC,
                    "userSessionsAggregatesWithOrderCheckout_Topic",
                    ConfigKeys.CHECKOUTS_TOPIC,
                    "OpenSearchEndpoint",
                    ConfigKeys.OPENSEARCH_ENDPOINT,
                    "ElasticsearchEndpoint",
                    ConfigKeys.OPENSEARCH_ENDPOINT,
                    REGION,
                    ConfigKeys.OPENSEARCH_REGION);

    private LabProperties() {}
}

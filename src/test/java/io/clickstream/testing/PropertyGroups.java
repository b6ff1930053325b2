package io.clickstream.testing;

import java.util.LinkedHashMap;
import java.util.Map;

/** A configuration as the managed service hands it over, written key by key. */
public final class PropertyGroups {

    private final Map<String, Map<String, String>> groups = new LinkedHashMap<>();

    private PropertyGroups() {}

    public static PropertyGroups none() {
        return new PropertyGroups();
    }

    /** The least that a job needs: where to read from, and the topics to write to. */
    public static PropertyGroups smallest() {
        return none().with("source.kafka", "bootstrap-servers", "broker:9092")
                .with("source.kafka", "topic", "clicks")
                .group("sink.kafka");
    }

    /** The one group of the lab. */
    public static PropertyGroups lab() {
        String group = "FlinkApplicationProperties";
        return none().with(group, "BootstrapServers", "b-1.lab:9092,b-2.lab:9092")
                .with(group, "Topic", "ExampleTopic")
                .with(group, "GroupId", "flinkapp")
                .with(group, "DepartmentsAgg_Topic", "Departments_Agg")
                .with(group, "clickEventsUserIdAggResult_Topic", "ClickEvents_UserId_Agg_Result")
                .with(
                        group,
                        "userSessionsAggregatesWithOrderCheckout_Topic",
                        "User_Sessions_Aggregates_With_Order_Checkout")
                .with(
                        group,
                        "OpenSearchEndpoint",
                        "https://vpc-lab-abc123.eu-central-1.es.amazonaws.com")
                .with(group, "Region", "eu-central-1");
    }

    public PropertyGroups with(String group, String key, String value) {
        groups.computeIfAbsent(group, name -> new LinkedHashMap<>()).put(key, value);
        return this;
    }

    public PropertyGroups without(String group, String key) {
        groups.get(group).remove(key);
        return this;
    }

    /** An empty group, unless it is there. */
    public PropertyGroups group(String group) {
        groups.computeIfAbsent(group, name -> new LinkedHashMap<>());
        return this;
    }

    public Map<String, Map<String, String>> build() {
        return groups;
    }
}

package io.clickstream.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** Writes them as the managed service does, for scripts that ask for them. */
    public Path write(Path file) throws IOException {
        List<Map<String, Object>> list = new ArrayList<>();
        groups.forEach(
                (group, map) -> list.add(Map.of("PropertyGroupId", group, "PropertyMap", map)));
        new ObjectMapper().writeValue(file.toFile(), list);
        return file;
    }

    public Map<String, Map<String, String>> build() {
        return groups;
    }
}

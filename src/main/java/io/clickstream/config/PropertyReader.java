package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Reads property groups and collects the errors in them. It never stops at an error, so that all
 * errors can be reported at once.
 */
final class PropertyReader {

    /** The prefix of keys that are passed to Kafka's clients, without the prefix. */
    static final String CLIENT_PREFIX = "kafka.";

    /**
     * The prefix of keys that are passed to Kinesis clients, whose own settings have the same
     * prefix.
     */
    static final String AWS_PREFIX = "aws.";

    private final Map<String, Map<String, Property>> groups = new TreeMap<>();
    private final Secrets secrets;
    private final Set<String> errors = new LinkedHashSet<>();

    /**
     * Creates a reader of the property groups of the managed service.
     *
     * @param propertyGroups properties by property group id
     * @param known all groups that exist
     * @param secrets resolves the values of secret keys
     */
    PropertyReader(
            Map<String, Map<String, String>> propertyGroups,
            Collection<KeyGroup> known,
            Secrets secrets) {
        this.secrets = secrets;
        Map<String, Map<String, String>> rest = new TreeMap<>(propertyGroups);
        Map<String, String> lab = rest.remove(LabProperties.GROUP);
        rest.forEach((group, properties) -> addGroup(group, properties, known));
        if (lab != null) {
            addLab(lab);
        }
    }

    private void addGroup(
            String group, Map<String, String> properties, Collection<KeyGroup> groupsThatExist) {
        Optional<KeyGroup> found =
                groupsThatExist.stream().filter(known -> known.name().equals(group)).findFirst();
        if (found.isEmpty()) {
            Set<String> groupNames =
                    groupsThatExist.stream()
                            .map(KeyGroup::name)
                            .collect(Collectors.toCollection(TreeSet::new));
            groupNames.add(LabProperties.GROUP);
            errors.add("group `" + group + "` is not known; " + didYouMean(group, groupNames));
            return;
        }
        Map<String, Property> target = groups.computeIfAbsent(group, name -> new TreeMap<>());
        Set<String> keyNames =
                found.get().keys().stream()
                        .map(Key::name)
                        .collect(Collectors.toCollection(TreeSet::new));
        properties.forEach(
                (key, value) -> {
                    if (found.get().passes(key) || keyNames.contains(key)) {
                        target.put(key, new Property(group + " / " + key, value));
                    } else {
                        errors.add(
                                "`"
                                        + group
                                        + " / "
                                        + key
                                        + "` "
                                        + found.get()
                                                .whyRemoved(key)
                                                .map(
                                                        why ->
                                                                "no longer exists: "
                                                                        + why
                                                                        + "; remove it")
                                                .orElseGet(
                                                        () ->
                                                                "is not known; "
                                                                        + didYouMean(
                                                                                key, keyNames)));
                    }
                });
    }

    private void addLab(Map<String, String> properties) {
        Map<String, String> lab = new TreeMap<>(properties);
        if (Collections.disjoint(lab.keySet(), LabProperties.ENDPOINTS)
                && !has(OpenSearchConfig.GROUP)) {
            // The region is for signing, and there is nothing to sign.
            lab.remove(LabProperties.REGION);
        }
        lab.forEach(
                (name, value) -> {
                    Key<?> key = LabProperties.KEYS.get(name);
                    String where = LabProperties.GROUP + " / " + name;
                    if (key == null) {
                        errors.add(
                                "`"
                                        + where
                                        + "` is not known; "
                                        + didYouMean(name, LabProperties.KEYS.keySet()));
                        return;
                    }
                    Property before =
                            groups.computeIfAbsent(key.group(), group -> new TreeMap<>())
                                    .putIfAbsent(key.name(), new Property(where, value));
                    if (before != null) {
                        errors.add(
                                "`"
                                        + where
                                        + "` and `"
                                        + before.where
                                        + "` are the same setting; remove one of them");
                    }
                });
        // The lab writes its topics without a word about where: to the cluster that it reads from.
        groups.computeIfAbsent(KafkaSinkConfig.GROUP, group -> new TreeMap<>());
    }

    /** Whether the group is present, even if it is empty. */
    boolean has(String group) {
        return groups.containsKey(group);
    }

    /** Reads a group; empty if the group is not present. */
    <T> Optional<T> ifThere(String group, Function<PropertyReader, T> read) {
        return has(group) ? Optional.ofNullable(read.apply(this)) : Optional.empty();
    }

    boolean has(Key<?> key) {
        return property(key) != null;
    }

    /** The aggregates that the groups turn on. */
    List<Aggregate<?>> computed() {
        return Aggregates.ALL.stream()
                .filter(aggregate -> aggregate.group().map(this::has).orElse(true))
                .collect(Collectors.toUnmodifiableList());
    }

    /** The value, or the default. Null only after an error, which {@link #finish()} will throw. */
    <T> T get(Key<T> key) {
        Property property = property(key);
        if (property != null) {
            return parse(key, property);
        }
        if (key.defaultText() == null) {
            errors.add("`" + key + "` is missing; it must be " + key.allowed());
            return null;
        }
        return key.parse(key.defaultText());
    }

    /** The value; empty if the key is absent or its value is invalid. */
    <T> Optional<T> find(Key<T> key) {
        Property property = property(key);
        return property == null ? Optional.empty() : Optional.ofNullable(parse(key, property));
    }

    /** The client settings of a group that have the prefix {@code kafka.}, without the prefix. */
    Properties clientProperties(String group) {
        Properties client = new Properties();
        groups.getOrDefault(group, Map.of())
                .forEach(
                        (key, property) -> {
                            if (key.startsWith(CLIENT_PREFIX)) {
                                client.setProperty(
                                        key.substring(CLIENT_PREFIX.length()), property.value);
                            }
                        });
        return client;
    }

    /** The settings of a group that begin with {@code aws.}, unchanged. */
    Properties awsProperties(String group) {
        Properties client = new Properties();
        groups.getOrDefault(group, Map.of())
                .forEach(
                        (key, property) -> {
                            if (key.startsWith(AWS_PREFIX)) {
                                client.setProperty(key, property.value);
                            }
                        });
        return client;
    }

    /** Adds an error about a key. */
    void error(Key<?> key, String problem) {
        Property property = property(key);
        errors.add("`" + (property == null ? key.toString() : property.where) + "` " + problem);
    }

    /** Adds an error that does not belong to a single key. */
    void error(String problem) {
        errors.add(problem);
    }

    /**
     * Ends the reading.
     *
     * @throws ConfigException if there was any error
     */
    void finish() {
        if (!errors.isEmpty()) {
            throw new ConfigException(List.copyOf(errors));
        }
    }

    private Property property(Key<?> key) {
        return groups.getOrDefault(key.group(), Map.of()).get(key.name());
    }

    private <T> T parse(Key<T> key, Property property) {
        String found = key.isSecret() ? "" : " is '" + withoutUser(property.value) + "', which";
        if (property.value.isBlank()) {
            errors.add("`" + property.where + "` is empty; it must be " + key.allowed());
            return null;
        }
        try {
            String value = property.value.trim();
            return key.parse(key.isSecret() ? secrets.resolve(value) : value);
        } catch (IllegalArgumentException e) {
            errors.add(
                    "`"
                            + property.where
                            + "`"
                            + found
                            + " "
                            + e.getMessage()
                            + "; it must be "
                            + key.allowed());
            return null;
        }
    }

    /** Removes the part before an @, because it may be a password. */
    private static String withoutUser(String value) {
        return value.substring(value.lastIndexOf('@') + 1);
    }

    private static String didYouMean(String found, Collection<String> known) {
        String nearest =
                known.stream()
                        .min(
                                Comparator.comparingInt(
                                        name ->
                                                LevenshteinDistance.getDefaultInstance()
                                                        .apply(
                                                                name.toLowerCase(Locale.ROOT),
                                                                found.toLowerCase(Locale.ROOT))))
                        .orElseThrow();
        return "did you mean `" + nearest + "`?";
    }

    /** A value, and the place where the user wrote it. */
    private static final class Property {
        private final String where;
        private final String value;

        Property(String where, String value) {
            this.where = where;
            this.value = value;
        }
    }
}

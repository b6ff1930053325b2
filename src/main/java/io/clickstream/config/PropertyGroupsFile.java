package io.clickstream.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a file of property groups in the format of the managed service: a list of {@code
 * {"PropertyGroupId": …, "PropertyMap": {…}}}.
 */
public final class PropertyGroupsFile {

    /** The file that the managed service writes into the application's container. */
    public static final Path MANAGED_SERVICE = Path.of("/etc/flink/application_properties.json");

    /** The file in a checkout of this project. */
    public static final Path LOCAL = Path.of("flink-conf", "application_properties.json");

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();
    private static final String ID = "PropertyGroupId";
    private static final String MAP = "PropertyMap";

    /**
     * Reads the managed service's file if it exists, otherwise the local file.
     *
     * @throws ConfigException if neither exists
     */
    public static Map<String, Map<String, String>> readDefault() {
        for (Path file : List.of(MANAGED_SERVICE, LOCAL)) {
            if (Files.exists(file)) {
                return read(file);
            }
        }
        throw new ConfigException(
                List.of(
                        "there is no configuration: neither "
                                + MANAGED_SERVICE
                                + " nor "
                                + LOCAL
                                + " exists; name a file with --config FILE"));
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException if the file cannot be read or is not a list of property groups
     */
    public static Map<String, Map<String, String>> read(Path file) {
        JsonNode groups;
        try {
            groups = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new ConfigException(
                    List.of(
                            file
                                    + " is not valid JSON: "
                                    // Where an object or array began, Jackson says by a switch.
                                    + e.getOriginalMessage()
                                            .replaceFirst(" \\(start marker at .*\\)$", "")
                                    // What goes beyond a limit of Jackson has no location.
                                    + (e.getLocation() == null
                                            ? ""
                                            : ", at line " + e.getLocation().getLineNr())));
        } catch (NoSuchFileException e) {
            throw new ConfigException(List.of("there is no file " + file));
        } catch (IOException e) {
            throw new ConfigException(
                    List.of(
                            Files.isDirectory(file)
                                    ? file + " is a folder; it must be a file"
                                    : file + " can't be read: " + e));
        }
        if (!groups.isArray()) {
            throw notGroups(file, "it must be a JSON array");
        }
        Map<String, Map<String, String>> result = new LinkedHashMap<>();
        for (JsonNode group : groups) {
            if (!group.path(ID).isTextual() || !group.path(MAP).isObject()) {
                throw notGroups(file, "each entry needs `" + ID + "` and `" + MAP + "`");
            }
            Map<String, String> properties = new LinkedHashMap<>();
            group.get(MAP)
                    .fields()
                    .forEachRemaining(
                            property -> {
                                if (!property.getValue().isTextual()) {
                                    throw notGroups(
                                            file,
                                            "`"
                                                    + group.get(ID).asText()
                                                    + " / "
                                                    + property.getKey()
                                                    + "` must be a string in quotes");
                                }
                                properties.put(property.getKey(), property.getValue().asText());
                            });
            if (result.put(group.get(ID).asText(), properties) != null) {
                throw notGroups(file, "group `" + group.get(ID).asText() + "` appears twice");
            }
        }
        return result;
    }

    private static ConfigException notGroups(Path file, String problem) {
        return new ConfigException(List.of(file + " is not a list of property groups: " + problem));
    }

    private PropertyGroupsFile() {}
}

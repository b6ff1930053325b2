package io.clickstream.local.dashboard;

import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The saved objects that users import into OpenSearch Dashboards. */
public final class Dashboards {

    /** The export with all saved objects, below the project's folder. */
    public static final String FILE = "src/main/opensearch/dashboards.ndjson";

    private final List<SavedObject> objects;
    private final Map<String, SavedObject> byReference = new LinkedHashMap<>();

    private Dashboards(List<SavedObject> objects) {
        this.objects = objects;
        objects.forEach(object -> byReference.put(object.toString(), object));
    }

    /**
     * Reads the project's own file.
     *
     * @throws IOException if it can't be read
     */
    public static Dashboards read() throws IOException {
        return read(Project.file(FILE));
    }

    /**
     * Reads an export.
     *
     * @throws IOException if it can't be read
     */
    public static Dashboards read(Path file) throws IOException {
        return new Dashboards(
                Files.readAllLines(file).stream()
                        .filter(line -> !line.isBlank())
                        .map(SavedObject::parse)
                        .toList());
    }

    /** All objects, in the order of the file. */
    public List<SavedObject> objects() {
        return objects;
    }

    /** The dashboards, in the order of the file. */
    public List<SavedObject> dashboards() {
        return objects.stream().filter(object -> object.type().equals("dashboard")).toList();
    }

    /** All visualizations and saved searches, in the order of the file. */
    public List<SavedObject> panels() {
        return objects.stream().filter(SavedObject::isPanel).toList();
    }

    /**
     * What a reference leads to.
     *
     * @param reference a type and an id, with a space between
     * @throws IllegalArgumentException if the file has no such object
     */
    public SavedObject get(String reference) {
        SavedObject object = byReference.get(reference);
        if (object == null) {
            throw new IllegalArgumentException("there is no saved object " + reference);
        }
        return object;
    }

    /** The objects by type and id, with a space between. */
    public Map<String, SavedObject> byReference() {
        return byReference;
    }
}

package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An archive as Athena reads it by the tables of the template {@code application}, in DuckDB. It
 * stands for Athena, which can't be run: it shows that the columns, the types and the queries fit
 * the files, not that Athena takes its settings.
 */
public final class ArchiveInSql implements AutoCloseable {

    private static final Path TEMPLATE = Path.of("cloudformation", "application.yaml");

    /** Functions that DuckDB has under other names. */
    private static final List<String> DIALECT =
            List.of(
                    "CREATE MACRO json_extract_scalar(json, path) AS json_extract_string(json,"
                            + " path)",
                    "CREATE MACRO to_unixtime(moment) AS epoch(moment)",
                    "CREATE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)");

    private static final Map<String, String> TYPES =
            Map.of("string", "VARCHAR", "bigint", "BIGINT", "timestamp", "TIMESTAMP");

    private final Map<String, Map<String, Object>> resources;
    private final Connection connection;

    private ArchiveInSql(Map<String, Map<String, Object>> resources) throws SQLException {
        this.resources = resources;
        connection = DriverManager.getConnection("jdbc:duckdb:");
    }

    /**
     * Opens an archive.
     *
     * @param folder that the archive is in, on this machine
     * @param format of its files
     * @param preset of the records
     */
    public static ArchiveInSql open(
            Path folder, String format, String preset, String sessionGap, String window)
            throws IOException, SQLException {
        Map<String, String> parameters =
                Map.of(
                        "JarBucket", "jars",
                        "JarKey", "clickstream/a.jar",
                        "Source", "msk",
                        "ArchiveBucket", "kept",
                        "ArchivePrefix", "shop/clicks",
                        "ArchiveFormat", format,
                        "Preset", preset,
                        "SessionGap", sessionGap,
                        "Window", window);
        ArchiveInSql sql = new ArchiveInSql(Template.read(TEMPLATE, parameters).resources());
        sql.execute("SET TimeZone = 'UTC'");
        for (String function : DIALECT) {
            sql.execute(function);
        }
        for (Map<String, Object> resource : sql.resources.values()) {
            if (resource.get("Type").equals("AWS::Glue::Table")) {
                sql.addTable(map(map(resource.get("Properties")).get("TableInput")), folder);
            }
        }
        return sql;
    }

    private void addTable(Map<String, Object> table, Path folder) throws SQLException {
        Map<String, Object> storage = map(table.get("StorageDescriptor"));
        Path location =
                Path.of(
                        storage.get("Location")
                                .toString()
                                .replace("s3://kept/shop/clicks", folder.toString()));
        if (!Files.isDirectory(location)) {
            // Of a folder without files DuckDB makes no view.
            return;
        }
        String files = location + "/dt=*/hour=*/*";
        List<Map<String, Object>> columns = new ArrayList<>();
        list(storage.get("Columns")).forEach(column -> columns.add(map(column)));
        String types =
                columns.stream()
                        .map(each -> "'" + each.get("Name") + "': '" + type(each) + "'")
                        .collect(Collectors.joining(", ", "{", "}"));
        String serde = map(storage.get("SerdeInfo")).get("SerializationLibrary").toString();
        String options = "'%s', hive_partitioning = true, hive_types_autocast = false";
        String rows =
                switch (serde.substring(serde.lastIndexOf('.') + 1)) {
                    case "LazySimpleSerDe" ->
                            "read_csv("
                                    + options
                                    + ", auto_detect = false, header = false, quote = '',"
                                    + " escape = '', delim = '"
                                    + map(map(storage.get("SerdeInfo")).get("Parameters"))
                                            .get("field.delim")
                                    + "', columns = "
                                    + types
                                    + ")";
                    case "JsonSerDe" ->
                            "read_json("
                                    + options
                                    + ", format = 'newline_delimited', columns = "
                                    + types
                                    + ")";
                    case "ParquetHiveSerDe" -> "read_parquet(" + options + ")";
                    default -> throw new IllegalArgumentException("not known: " + serde);
                };
        execute(
                "CREATE VIEW "
                        + table.get("Name")
                        + " AS SELECT "
                        + columns.stream()
                                .map(
                                        each ->
                                                "CAST(\""
                                                        + each.get("Name")
                                                        + "\" AS "
                                                        + type(each)
                                                        + ") AS \""
                                                        + each.get("Name")
                                                        + "\"")
                                .collect(Collectors.joining(", "))
                        + ", dt, hour FROM "
                        + rows.formatted(files));
    }

    private static String type(Map<String, Object> column) {
        return TYPES.get(column.get("Type").toString());
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** All values of a column of the table of records. */
    public List<String> column(String name) throws SQLException {
        List<String> values = new ArrayList<>();
        rows("SELECT \"" + name + "\" FROM records").forEach(row -> values.add(row.get(0)));
        return values;
    }

    /** The rows of a query that the template saves, as text. */
    public List<List<String>> query(String resource, String... parameters) throws SQLException {
        return rows(
                map(resources.get(resource).get("Properties")).get("QueryString").toString(),
                parameters);
    }

    /** What the query of sessions takes for the session gap and the window, in ms. */
    List<List<String>> settings() throws SQLException {
        String query =
                map(resources.get("SessionsOfAnHour").get("Properties"))
                        .get("QueryString")
                        .toString();
        return rows(query.substring(0, query.indexOf(", clicks AS")) + " SELECT * FROM settings");
    }

    private List<List<String>> rows(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                        row.add(found.getString(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

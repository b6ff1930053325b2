package io.clickstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The table of settings in flink-conf/README.md is the code's. */
class ReadmeTableTest {

    private static final Path README = Path.of("flink-conf/README.md");
    private static final String BEGIN = "<!-- configuration table: begin -->\n";
    private static final String END = "<!-- configuration table: end -->";
    private static final String UPDATE = "readme.update";

    @Test
    void readmeHoldsTheTable() throws IOException {
        String readme = Files.readString(README);
        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);
        assertThat(begin).as("flink-conf/README.md needs a line %s", BEGIN).isNotNegative();
        assertThat(end)
                .as("flink-conf/README.md needs a line %s behind it", END)
                .isGreaterThan(begin);
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(
                    README,
                    readme.substring(0, begin + BEGIN.length()) + table() + readme.substring(end));
            return;
        }

        assertThat(readme.substring(begin + BEGIN.length(), end))
                .as(
                        "README.md's table of settings is not that of the groups' keys; renew it"
                                + " with mvn test -Dtest=ReadmeTableTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=true",
                        UPDATE)
                .isEqualTo(table());
    }

    /** One row per key, and a bold one above those of a group. */
    private static String table() {
        StringBuilder table = new StringBuilder();
        row(table, "Group / key", "May be", "Default", "What it does");
        row(table, "---", "---", "---", "---");
        for (KeyGroup group : JobConfig.ALL_GROUPS) {
            row(table, "**`" + group.name() + "`**", "", "", "");
            for (Key<?> key : group.keys()) {
                String standard = key.defaultText() == null ? "" : '`' + key.defaultText() + '`';
                row(table, '`' + key.name() + '`', key.allowed(), standard, key.description());
            }
            group.passedPrefix().ifPresent(prefix -> passed(table, prefix));
        }
        return table.toString();
    }

    private static void passed(StringBuilder table, String prefix) {
        boolean kafka = prefix.equals(PropertyReader.CLIENT_PREFIX);
        row(
                table,
                '`' + prefix + "…`",
                kafka ? "any setting of Kafka's client" : "any setting of Flink's AWS clients",
                "",
                kafka
                        ? "Passed to the client unchanged, without the prefix."
                        : "Passed to the Kinesis client unchanged, such as"
                                + " `aws.credentials.provider`. Except with `efo`, the client"
                                + " waits 15 s for an answer, or for"
                                + " `aws.http-client.read-timeout`, in ms.");
    }

    private static void row(StringBuilder table, String... cells) {
        for (String cell : cells) {
            table.append("| ").append(cell.replace("|", "\\|")).append(cell.isEmpty() ? "" : " ");
        }
        table.append("|\n");
    }
}

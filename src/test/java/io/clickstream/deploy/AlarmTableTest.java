package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README says of each alarm of the template what it means, what to look at, and what to do. */
class AlarmTableTest {

    private static final Pattern NAME = Pattern.compile("`(\\w+(Alarm|Check))`");

    /** Alarms that stacks of older templates have. */
    private static final Set<String> FORMER = Set.of("StoppedAlarm");

    /** Names of a later template, which the table has already. */
    private static final Set<String> LATER = Set.of("SilentAlarm", "ReportsCheck", "StartedCheck");

    @Test
    void hasEachAlarmOfTheTemplate() throws Exception {
        Map<String, List<String>> rows = rows();
        for (String alarm : alarms()) {
            assertThat(rows).containsKey(alarm);
            if (alarm.endsWith("Alarm")) {
                assertThat(rows.get(alarm)).as(alarm).hasSize(4).noneMatch(String::isBlank);
            }
        }
        Set<String> unknown = new TreeSet<>(rows.keySet());
        unknown.removeAll(alarms());
        unknown.removeAll(FORMER);
        unknown.removeAll(LATER);
        assertThat(unknown).isEmpty();
    }

    private static Set<String> alarms() throws Exception {
        Set<String> alarms = new TreeSet<>();
        for (String source : List.of("kinesis", "msk")) {
            Map<String, String> parameters =
                    Map.of(
                            "JarBucket", "jars",
                            "JarKey", "clickstream/a.jar",
                            "Source", source,
                            "OpenSearchEndpoint", "https://domain",
                            "TrackingId", "1a2b",
                            "SpillBucket", "spill");
            Template.read(Path.of("cloudformation", "application.yaml"), parameters)
                    .resources()
                    .forEach(
                            (name, resource) -> {
                                if (resource.get("Type")
                                        .toString()
                                        .matches("AWS::CloudWatch::(Composite)?Alarm")) {
                                    alarms.add(name);
                                }
                            });
        }
        assertThat(alarms).hasSizeGreaterThan(15);
        return alarms;
    }

    private static Map<String, List<String>> rows() throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        String readme = Files.readString(Path.of("src/main/README.md"));
        String table =
                readme.substring(readme.indexOf("| alarm | it means | look at | do |"))
                        .split("\n\n", 2)[0];
        for (String line : table.lines().skip(2).toList()) {
            List<String> cells =
                    Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ", -1));
            NAME.matcher(cells.get(0)).results().forEach(name -> rows.put(name.group(1), cells));
        }
        return rows;
    }
}

package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What cloudformation/README.md says of costs, of what the script prints, and of its options. */
class DeployGuideTest {

    private static final Path GUIDE = Path.of("cloudformation", "README.md");
    private static final Path SCRIPT = Path.of("scripts", "deploy");
    private static final Pattern DOLLARS = Pattern.compile("\\$([0-9]+\\.[0-9]{2})");

    /** The sums are those of the list of prices. */
    @Test
    void addsUpTheListOfPrices() throws Exception {
        String list = Files.readString(GUIDE);
        double application =
                lastOf(list, "| 1 | 1 | 1 + 1 |")
                        + lastOf(list, "| running storage of the application");
        double domain = lastOf(list, "| OpenSearch domain, 2") + lastOf(list, "| its disks, 2 ×");
        double streams = lastOf(list, "| `Source=kinesis`: 5 on-demand");
        double brokers = lastOf(list, "| `Source=msk`: 3 ×") + lastOf(list, "| its disks, 3 ×");
        double endpoint = lastOf(list, "| interface endpoints in 2 zones");
        String alarms = line(list, "| alarms, where each metric");
        assertThat(alarms).endsWith("| about $8 |");
        double kinesis = application + domain + streams + endpoint + 8;
        double msk = application + domain + brokers + 8;

        String guide = Files.readString(GUIDE);

        assertThat(guide)
                .contains("**$%.0f a month**".formatted(Math.floor(kinesis)))
                .contains("**$%.0f a month**".formatted(Math.floor(msk)))
                .contains("or $%.2f and $%.2f an hour".formatted(kinesis / 730, msk / 730))
                .contains("| total | $%.2f | $%.2f |".formatted(kinesis, msk));
    }

    private static String line(String text, String begin) {
        return text.lines().filter(line -> line.startsWith(begin)).findFirst().orElseThrow();
    }

    /**
     * The last sum of a line. A product names its result in the end, and "each" means one of them.
     */
    private static double lastOf(String text, String begin) {
        double last = 0;
        Matcher sums = DOLLARS.matcher(line(text, begin));
        while (sums.find()) {
            last = Double.parseDouble(sums.group(1));
        }
        return last;
    }

    @Test
    void showsTheLinesThatStatusPrints() throws Exception {
        List<String> labels = new ArrayList<>();
        Matcher label =
                Pattern.compile("(?m)^ +(?:for name, value in \\()?\\(\"([a-z ]+)\", ")
                        .matcher(Files.readString(SCRIPT.resolve("status.py")));
        while (label.find()) {
            labels.add(label.group(1));
        }
        String guide = Files.readString(GUIDE);
        String sample = guide.substring(guide.indexOf("```text\nstatus ") + 8).split("\n```", 2)[0];
        assertThat(labels).hasSizeGreaterThanOrEqualTo(10);
        assertThat(sample.lines().map(line -> line.substring(0, 13).strip()))
                .containsExactlyElementsOf(labels.subList(0, 10));
    }

    /** A reader who meets a placeholder before it is explained would paste it. */
    @Test
    void explainsThePlaceholdersAndLinksTheChecklistFromTheSteps() throws Exception {
        String guide = Files.readString(GUIDE);
        String steps = guide.substring(guide.indexOf("\n## Steps"), guide.indexOf("\n## Who can"));
        String before = steps.substring(0, steps.indexOf("\n1. "));
        assertThat(before)
                .contains(
                        "`shop-jars-111122223333`",
                        "`Analyst`",
                        "`111122223333`",
                        "`eu-central-1`");
        String fifth = steps.substring(steps.indexOf("\n5. "), steps.indexOf("\n6. "));
        String sixth = steps.substring(steps.indexOf("\n6. "), steps.indexOf("\n7. "));
        assertThat(List.of(fifth, sixth))
                .allMatch(step -> step.contains("(#checklist-for-the-first-deployment)"));
        String seventh = steps.substring(steps.indexOf("\n7. "), steps.indexOf("\n8. "));
        assertThat(seventh)
                .containsSubsequence("scripts/produce.sh", "scripts/deploy.sh status --stack shop");
    }

    /** The script takes each of its command lines on this page; none of them is run. */
    @Test
    void showsOnlyOptionsThatTheScriptTakes() throws Exception {
        List<String> lines = new ArrayList<>();
        Matcher command =
                Pattern.compile("scripts/deploy\\.sh [a-z](?:[^`\n\\\\]|\\\\\n)*")
                        .matcher(Files.readString(GUIDE));
        while (command.find()) {
            lines.add(command.group().replace("\\\n", " "));
        }
        assertThat(lines).hasSizeGreaterThan(12);
        String parse =
                "python3 -B -c 'import sys; sys.path.insert(0, \"scripts/deploy\"); import options;"
                        + " options.parse(sys.argv[1:])'";
        StringBuilder script = new StringBuilder("set -e\n");
        lines.forEach(line -> script.append(line.replace("scripts/deploy.sh", parse)).append('\n'));
        Process process =
                new ProcessBuilder("bash", "-c", script.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}

package io.clickstream.tools.explain;

import io.clickstream.event.RawRecord;
import io.clickstream.tools.command.PlainText;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.connect.KafkaSettings;
import io.clickstream.tools.connect.KinesisSettings;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.replay.ReplayFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Proposes a mapping for records of any shape, and shows what the job makes of them. */
@Command(
        name = "scripts/explain.sh",
        description =
                """
                Reads a sample of your events, shows their fields, and proposes a mapping: the
                property group format for the job. Then it decodes the sample with the job's own
                decoder, and shows what the job makes of it. It changes nothing.
                """,
        footer =
                """
                It exits with 0 if most records of the sample are clicks, and with 1 if not, if the
                records are not JSON, or if they have no user or no time. Then it names the fields
                that come near, so that you can choose one with --map.

                Examples:
                  scripts/explain.sh --input shop.jsonl.gz
                  scripts/explain.sh --input kafka://localhost:9092/clicks
                  scripts/explain.sh --input kinesis://clicks --region eu-central-1
                  scripts/explain.sh --input UserBehavior.csv --columns user,item,category,behavior,ts
                  scripts/explain.sh --input shop.jsonl.gz --map department=/brand
                  scripts/explain.sh --input export.jsonl --preset ga4
                """,
        sortOptions = false)
public final class Explain implements Callable<Integer> {

    private static final int MAX_RECORDS = 100_000;
    private static final String KAFKA = "kafka://";
    private static final String KINESIS = "kinesis://";
    private static final int SHOWN_BYTES = 60;

    @Spec private CommandSpec spec;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "INPUT",
            description =
                    """
                    a file, a folder, a pattern, or a URI of files as for replay.sh: JSON, CSV, or
                    the archive's Parquet, with or without gzip. Or kafka://HOST:PORT,.../TOPIC: the
                    newest records of each partition. Or kinesis://STREAM: the oldest records of
                    each shard
                    """)
    private String input;

    @Option(
            names = "--records",
            paramLabel = "N",
            description =
                    "how many records to read, up to 100000 (default: ${DEFAULT-VALUE}). A sample"
                            + " also ends after 64 MiB",
            defaultValue = "10000")
    private int records;

    @Option(
            names = "--columns",
            split = ",",
            paramLabel = "NAME,...",
            description = "the columns of CSV files that have no header")
    private List<String> columns = new ArrayList<>();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "try this preset instead of a proposal: lab, interactions, web-access, ticker,"
                            + " ga4, segment, snowplow or rees46")
    @Nullable
    private String preset;

    @Option(
            names = "--map",
            paramLabel = "KEY=VALUE",
            description =
                    "a key of the group format, which overrides the proposal; can be repeated")
    private Map<String, String> mapping = new LinkedHashMap<>();

    @Option(
            names = "--file-system",
            paramLabel = "KEY=VALUE",
            description =
                    "a setting of Flink's file systems, such as s3.endpoint=https://...; can be"
                            + " repeated. Credentials come from the environment")
    private Map<String, String> fileSystem = new LinkedHashMap<>();

    @ArgGroup(validate = false, heading = "Kafka:")
    private final KafkaOptions kafka = new KafkaOptions();

    @ArgGroup(validate = false, heading = "Kinesis (credentials are found as in all AWS tools):")
    private final KinesisOptions kinesis = new KinesisOptions();

    private final PrintStream out;
    private final Clock clock = Clock.systemUTC();

    /** Prints to standard output. */
    public Explain() {
        this(System.out);
    }

    /** Prints to a stream. */
    Explain(PrintStream out) {
        this.out = PlainText.stream(out);
    }

    /** Explains the records, and exits. */
    public static void main(String[] args) throws IOException {
        ToolCommand.main("explain", new Explain(), args);
    }

    @Override
    public Integer call() throws Exception {
        check(
                records >= 1 && records <= MAX_RECORDS,
                "--records must be from 1 to 100000, not " + records);
        Source source = source();
        if (preset != null) {
            // A wrong name is an error before anything is read.
            group(Map.of("preset", preset)).parse();
        }
        Sample sample = source.read(records);
        if (sample.records().isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("explain: " + source.name() + " has no records to explain");
            return 1;
        }
        sample.description().forEach(out::println);
        Fields fields = Fields.of(sample.records());
        if (fields.objects() == 0) {
            showUnreadable(sample);
            return 1;
        }
        printHeading(fields, sample);
        FieldTable.lines(fields).forEach(out::println);
        out.println();
        FormatGroup group;
        if (preset == null) {
            Times times = new Times(clock);
            Proposal proposal =
                    Proposer.propose(fields, times, new Bursts(sample.records(), times));
            print(proposal);
            if (!mapping.keySet().containsAll(missing(proposal))) {
                printMissing(proposal, fields.isCut() || fields.isTooDeep());
                FittingPresets.of(sample.records())
                        .forEach(
                                name ->
                                        out.printf(
                                                "The preset %s fits. To try it, add: --preset"
                                                        + " %s%n",
                                                name, name));
                return 1;
            }
            group = group(proposal.properties());
        } else {
            group = group(Map.of("preset", preset));
        }
        return tryOut(group, sample, source) ? 0 : 1;
    }

    private FormatGroup group(Map<String, String> base) {
        Map<String, String> all = new LinkedHashMap<>(base);
        all.putAll(mapping);
        return new FormatGroup(all);
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private Source source() throws IOException {
        boolean ofKafka = input.startsWith(KAFKA);
        boolean ofKinesis = input.startsWith(KINESIS);
        check(
                ofKafka || (kafka.settings.isEmpty() && kafka.file == null),
                "--kafka and --kafka-file are only for --input kafka://HOST:PORT/TOPIC");
        check(
                ofKinesis || (kinesis.region == null && kinesis.endpoint == null),
                "--region and --endpoint are only for --input kinesis://STREAM");
        check(
                columns.isEmpty() || (!ofKafka && !ofKinesis),
                "--columns is only for files; leave it out");
        if (ofKafka) {
            String address = input.substring(KAFKA.length());
            int slash = address.indexOf('/');
            check(
                    slash > 0 && slash < address.length() - 1,
                    "--input is %s; it must be kafka://HOST:PORT/TOPIC".formatted(input));
            try {
                return new TopicSource(
                        address.substring(0, slash),
                        address.substring(slash + 1),
                        KafkaSettings.read(kafka.file, kafka.settings));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
        }
        if (ofKinesis) {
            String stream = input.substring(KINESIS.length());
            check(!stream.isEmpty(), "--input is %s; it must be kinesis://STREAM".formatted(input));
            try {
                return new StreamSource(
                        KinesisSettings.of(kinesis.region, kinesis.endpoint), stream);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
        }
        return files();
    }

    private Source files() throws IOException {
        if (input.contains(":/") || !fileSystem.isEmpty()) {
            LocalFileSystems.initialize(fileSystem);
        }
        try {
            return new FileSource(ReplayFiles.find(List.of(input)), input, columns);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--input: " + e.getMessage(), e);
        }
    }

    private void showUnreadable(Sample sample) {
        RawRecord first = sample.records().get(0);
        String begin =
                new String(
                        first.bytes(),
                        0,
                        Math.min(SHOWN_BYTES, first.size()),
                        StandardCharsets.UTF_8);
        out.printf(
                Locale.ROOT,
                "No record is a JSON object. The first one of %,d begins with: %s%n",
                sample.records().size(),
                begin.replaceAll("\\p{Cntrl}", "?"));
        Trial.of(group(Map.of()).parse(), sample.records().subList(0, 1))
                .lines()
                .subList(1, 2)
                .forEach(out::println);
        if (begin.chars().anyMatch(Explain::isBinary)) {
            out.println(
                    "If the records are Avro, they need no mapping: set `format / type` to"
                            + " `avro`.");
        }
    }

    private static boolean isBinary(int character) {
        return Character.isISOControl(character) && !Character.isWhitespace(character);
    }

    private void printHeading(Fields fields, Sample sample) {
        out.printf(
                Locale.ROOT,
                "%,d records%s",
                sample.records().size(),
                sample.records().size() < records ? "" : " (the limit by --records)");
        if (!fields.unreadable().isEmpty()) {
            out.printf(Locale.ROOT, ", %,d of them not JSON objects", fields.unreadable().size());
        }
        out.printf(Locale.ROOT, ", %,d fields:%n%n", fields.all().size());
    }

    private void print(Proposal proposal) {
        out.println("Proposal:");
        Map<String, String> all = new LinkedHashMap<>(proposal.properties());
        all.putAll(mapping);
        int width = all.keySet().stream().mapToInt(String::length).max().orElse(0);
        all.forEach(
                (key, value) ->
                        out.printf(
                                "  %s%s  %s%n%s(%s)%n",
                                key,
                                " ".repeat(width - key.length()),
                                value,
                                " ".repeat(width + 4),
                                mapping.containsKey(key)
                                        ? "by --map"
                                        : proposal.reasons().get(key)));
        proposal.notes(mapping.keySet()).forEach(note -> out.println("  - " + note));
        out.println();
    }

    private Set<String> missing(Proposal proposal) {
        return proposal.missing().keySet().stream().map(Role::key).collect(Collectors.toSet());
    }

    private void printMissing(Proposal proposal, boolean isIncomplete) {
        proposal.missing()
                .forEach(
                        (role, near) -> {
                            if (mapping.containsKey(role.key())) {
                                return;
                            }
                            out.printf(
                                    "Missing: the %s. %s%n",
                                    role.key(),
                                    !near.isEmpty()
                                            ? "These fields come near:"
                                            : isIncomplete
                                                    ? "None of these fields comes near, and others"
                                                            + " are left out."
                                                    : "No field comes near.");
                            near.forEach(each -> out.println("  " + each));
                            out.printf(
                                    "  If you know the field, add: --map %s=/POINTER%s%n",
                                    role.key(),
                                    role == Role.TIME ? " --map time-format=FORMAT" : "");
                        });
    }

    private boolean tryOut(FormatGroup group, Sample sample, Source source) {
        Trial trial = Trial.of(group.parse(), sample.records());
        out.println("The property group:");
        out.println();
        group.json().forEach(out::println);
        out.println();
        group.preset()
                .ifPresent(
                        name ->
                                out.printf(
                                        "The preset %s does the same: \"type\": \"json\","
                                                + " \"preset\": \"%s\"%n%n",
                                        name, name));
        if (source instanceof FileSource) {
            String names =
                    sample.columns().isEmpty()
                            ? String.join(",", columns)
                            : String.join(",", sample.columns());
            out.printf(
                    "To compute results from it: scripts/replay.sh --input %s --output results"
                            + " --session-gap 30m%s %s%n%n",
                    FormatGroup.quoted(source.name()),
                    names.isEmpty() ? "" : " --columns " + FormatGroup.quoted(names),
                    group.options());
        }
        trial.lines().forEach(out::println);
        boolean areMostClicks = 2 * trial.clicks() >= trial.records();
        if (!areMostClicks) {
            out.println("Fewer than half of the records are clicks: this mapping does not fit.");
        }
        return areMostClicks;
    }

    /** Options for Kafka. */
    private static final class KafkaOptions {

        @Option(
                names = "--kafka",
                paramLabel = "KEY=VALUE",
                description =
                        "a setting of the Kafka client, for example for a login; can be repeated")
        private Map<String, String> settings = new LinkedHashMap<>();

        @Option(
                names = "--kafka-file",
                paramLabel = "FILE",
                description =
                        "a properties file with such settings, so that other users cannot see them")
        @Nullable
        private Path file;
    }

    /** Options for Kinesis. */
    private static final class KinesisOptions {

        @Option(
                names = "--region",
                paramLabel = "NAME",
                description = "the Region (default: from the environment or profile)")
        @Nullable
        private String region;

        @Option(
                names = "--endpoint",
                paramLabel = "URL",
                description = "an endpoint other than the Region's; http is for local servers")
        @Nullable
        private URI endpoint;
    }
}

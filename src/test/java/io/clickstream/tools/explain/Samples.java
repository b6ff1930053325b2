package io.clickstream.tools.explain;

import io.clickstream.event.RawRecord;
import io.clickstream.tools.replay.ReplayFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Samples of files and lines, and what is proposed for them. */
final class Samples {

    static final Path SHAPES = Path.of("src/test/resources/shapes");

    /** After all samples. */
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    static Sample ofFile(Path file, String... columns) throws IOException {
        return new FileSource(
                        ReplayFiles.find(List.of(file.toString())),
                        file.toString(),
                        List.of(columns))
                .read(10_000);
    }

    static List<RawRecord> ofLines(List<String> lines) {
        List<RawRecord> records = new ArrayList<>();
        for (String line : lines) {
            records.add(
                    new RawRecord(
                            "test", 0, records.size(), line.getBytes(StandardCharsets.UTF_8)));
        }
        return records;
    }

    static Proposal proposal(List<RawRecord> records) {
        Times times = new Times(CLOCK);
        return Proposer.propose(Fields.of(records), times, new Bursts(records, times));
    }

    static Trial trial(Proposal proposal, List<RawRecord> records) {
        return Trial.of(new FormatGroup(proposal.properties()).parse(), records);
    }

    private Samples() {}
}

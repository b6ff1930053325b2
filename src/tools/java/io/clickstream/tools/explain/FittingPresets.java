package io.clickstream.tools.explain;

import io.clickstream.config.FormatConfig;
import io.clickstream.event.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds presets by trying them, for records whose names of fields say nothing. */
final class FittingPresets {

    /** The number of records that are tried. */
    private static final int TRIED = 1_000;

    /** The share of these records that must be clicks. */
    private static final double MIN_SHARE = 0.9;

    /** The names of the presets under which nearly all records are clicks. */
    static List<String> of(List<RawRecord> records) {
        List<RawRecord> some = records.subList(0, Math.min(TRIED, records.size()));
        List<String> fitting = new ArrayList<>();
        for (FormatConfig.Preset preset : FormatConfig.Preset.values()) {
            String name = name(preset);
            Trial trial = Trial.of(new FormatGroup(Map.of("preset", name)).parse(), some);
            if (trial.clicks() >= MIN_SHARE * some.size()) {
                fitting.add(name);
            }
        }
        return fitting;
    }

    /** The name of a preset as a configuration has it. */
    static String name(FormatConfig.Preset preset) {
        return preset.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private FittingPresets() {}
}

package io.clickstream.sink.opensearch;

import io.clickstream.config.OpenSearchConfig;
import java.util.ArrayList;
import java.util.List;

/** An index that the job writes to, as the start check needs to know it. */
final class ResultIndex {

    /** The name before the period's suffix. */
    final String name;

    /** The index that documents of now go to. */
    final String newest;

    /** The template in the jar that is made for it. */
    final String template;

    /** The field that dashboards search by, which must be a date. */
    final String timeField;

    private ResultIndex(String name, String newest, String template, String timeField) {
        this.name = name;
        this.newest = newest;
        this.template = template;
        this.timeField = timeField;
    }

    /**
     * All indices that a job writes to.
     *
     * @param trending whether it writes lists of the most clicked names
     * @param now in ms since the epoch
     */
    static List<ResultIndex> all(OpenSearchConfig config, boolean trending, long now) {
        List<ResultIndex> all = new ArrayList<>();
        all.add(of(config, config.departmentsIndex(), "departments_count", "windowEndTime", now));
        all.add(of(config, config.sessionsIndex(), "user_session_counts", "windowEndTime", now));
        all.add(of(config, config.checkoutsIndex(), "user_session_details", "windowEndTime", now));
        if (trending) {
            all.add(of(config, config.trendingIndex(), "trending", "windowEndTime", now));
        }
        config.deadLettersIndex()
                .ifPresent(name -> all.add(of(config, name, "dead_letters", "time", now)));
        return all;
    }

    private static ResultIndex of(
            OpenSearchConfig config, String name, String template, String timeField, long now) {
        String newest = new IndexName(name, config.indexPeriod()).at(now);
        return new ResultIndex(name, newest, template, timeField);
    }
}

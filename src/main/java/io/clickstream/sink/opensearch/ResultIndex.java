package io.clickstream.sink.opensearch;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.OpenSearchConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** An index that the job writes to, for the start check. */
final class ResultIndex {

    /** The name without the period's suffix. */
    final String name;

    /** The index of current documents. */
    final String newest;

    /** The name of its template in the jar. */
    final String template;

    /** The field that dashboards search by; it must be a date. */
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
     * @param aggregates the aggregates that it writes
     * @param now in ms since 1970
     */
    static List<ResultIndex> all(
            OpenSearchConfig config, Collection<Aggregate<?>> aggregates, long now) {
        List<ResultIndex> all = new ArrayList<>();
        for (Aggregate<?> aggregate : aggregates) {
            String name = config.index(aggregate);
            all.add(of(config, name, aggregate.defaultIndex(), "windowEndTime", now));
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

package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LogQueriesTest {

    private static final Pattern FIELDS = Pattern.compile("(?m)^fields (.*)$");
    private static final Pattern FILTERED = Pattern.compile("([@a-zA-Z.0-9]+) (?:like|=|in) ");

    /** What they find is in {@code LogQueriesITCase}. */
    @Test
    void lookAtFieldsThatTheServiceWrites() throws Exception {
        LogQueries queries = LogQueries.ofTheTemplate();

        assertThat(queries.all())
                .containsOnlyKeys("RestartsQuery", "StartErrorsQuery", "DeadLettersQuery");
        for (String query : queries.all().values()) {
            Set<String> fields = new TreeSet<>();
            Matcher listed = FIELDS.matcher(query);
            assertThat(listed.find()).isTrue();
            for (String field : listed.group(1).split(", ", -1)) {
                fields.add(field.replaceAll(" as .*", ""));
            }
            Matcher filtered = FILTERED.matcher(query);
            while (filtered.find()) {
                fields.add(filtered.group(1));
            }
            assertThat(fields).hasSizeGreaterThan(1);
            assertThat(LogQueries.FIELDS).containsAll(fields);
        }
    }
}

package io.clickstream.duplicate;

import static io.clickstream.testing.Clicks.click;
import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import org.junit.jupiter.api.Test;

/** Duplicates of an input that is sorted by user. */
class SeenIdsTest {

    private static final long NOON = time("12:00:00");
    private static final long SPAN = 600_000;

    private final SeenIds ids = new SeenIds(SPAN);

    @Test
    void anIdIsNewOncePerSpan() {
        assertThat(arrives("ann", "a", NOON)).isTrue();
        assertThat(arrives("ann", "b", NOON)).isTrue();
        assertThat(arrives("ann", "a", NOON)).isFalse();
        assertThat(arrives("ann", "a", NOON + SPAN)).isFalse();
        assertThat(arrives("ann", "b", NOON + SPAN + 1)).isTrue();
        assertThat(arrives("ann", "b", NOON + SPAN + 2)).isFalse();
    }

    @Test
    void usersHaveTheirOwnIds() {
        assertThat(arrives("ann", "a", NOON)).isTrue();
        assertThat(arrives("bob", "a", NOON)).isTrue();
        assertThat(arrives("bob", "a", NOON)).isFalse();
    }

    /** A bot that never stops. */
    @Test
    void idsOfTheSpanAreKeptAndNoOthers() {
        int perSpan = 2_000;
        for (int i = 0; i < 200 * perSpan; i++) {
            assertThat(arrives("bot", "id " + i, NOON + i * SPAN / perSpan)).isTrue();
            assertThat(ids.size()).isLessThanOrEqualTo(3 * perSpan);
        }
        assertThat(ids.size()).isGreaterThanOrEqualTo(perSpan);
    }

    private boolean arrives(String user, String id, long time) {
        Click click = click(user).at(time).build();
        click.setId(id);
        return ids.isFirst(click);
    }
}

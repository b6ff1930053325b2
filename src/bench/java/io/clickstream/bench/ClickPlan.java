package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Backend;

/**
 * How many clicks a run has, so that all take about the same time. The rates are what was seen on
 * two cores, in thousands of clicks per second, rounded; where a machine or a peer is slower, a run
 * takes longer. Consuming has the rate of the job: both read the same topic.
 *
 * @param seconds how long a run should take, its warm-up included
 * @param warmUp the part of a run that is its warm-up: on two cores the compiler still takes a
 *     fifth of one 20 s after the first click, and event time must have passed the gap and the
 *     bound, until sessions close as fast as they open
 */
record ClickPlan(double seconds, double warmUp) {

    /**
     * The smallest part of a block that a run has, however slow the peer is: with it the warm-up of
     * the lab ends 22 s after the first click, when sessions begin to close, and the shop has four
     * fifths of its open sessions in the end.
     */
    private static final double LEAST_OF_BLOCK = 0.6;

    /** More blocks than this only come whole. */
    private static final int BLOCKS = 3;

    /** How many clicks a case gets. */
    long clicks(Case measured, ClickBlock block, int parallelism) {
        long asked = Math.round(rate(measured) * 1_000L * seconds * parallelism);
        long least = Math.round(LEAST_OF_BLOCK * block.clicks());
        return rounded(Math.max(asked, least), block.clicks());
    }

    /** How many of a run's clicks are not measured. */
    long warmUpOf(long clicks) {
        return Math.round(clicks * warmUp);
    }

    /** The next number of clicks for which the results can be told. */
    static long rounded(long clicks, long perBlock) {
        return clicks <= BLOCKS * perBlock
                ? Math.max(1, clicks)
                : Math.round((double) clicks / perBlock) * perBlock;
    }

    private static int rate(Case measured) {
        boolean heap = measured.backend() == Backend.HEAP;
        return switch (measured.peer()) {
            case LIMIT -> 4_000;
            case CONSUME, OURS, OURS_LIVE, OURS_FUNNEL, OURS_CARTS, OURS_ALL ->
                    measured.format() == ClickFormat.JSON ? 2_000 : 3_000;
            case TREE -> 600;
            case TEXTBOOK -> heap ? 200 : 30;
            case SQL, SQL_LIVE -> heap ? 100 : 30;
            case KAFKA_STREAMS -> 50;
        };
    }
}

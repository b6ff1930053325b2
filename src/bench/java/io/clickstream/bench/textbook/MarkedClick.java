package io.clickstream.bench.textbook;

import io.clickstream.event.Click;

/**
 * A click as its session's subtask sees it.
 *
 * @param click what came through the shuffle
 * @param behindWatermark whether event time had already passed the click by then
 */
public record MarkedClick(Click click, boolean behindWatermark) {}

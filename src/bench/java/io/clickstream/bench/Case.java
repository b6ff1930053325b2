package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is measured several times and compared with the others.
 *
 * @param peer who computes
 * @param backend where Flink keeps state
 * @param input where clicks come from
 * @param format of the clicks
 */
public record Case(Peer peer, Backend backend, Input input, ClickFormat format) {

    /**
     * All that go together.
     *
     * @param inputs in the order in which they are shown
     */
    static List<Case> of(
            Set<Peer> peers, Backend backend, Iterable<Input> inputs, ClickFormat format) {
        List<Case> cases = new ArrayList<>();
        for (Input input : inputs) {
            for (Peer peer : Peer.ALL) {
                if (peers.contains(peer)
                        && peer.reads(input)
                        && peer.reads(format)
                        && peer.keepsStateOn(backend)) {
                    cases.add(new Case(peer, backend, input, format));
                }
            }
        }
        return cases;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s from %s", peer, input);
    }
}

package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import io.clickstream.tools.command.FlinkOption;
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
 * @param flink version of Flink, as the option --flink names it
 */
public record Case(Peer peer, Backend backend, Input input, ClickFormat format, String flink) {

    /** On the version of Flink of this build. */
    public Case(Peer peer, Backend backend, Input input, ClickFormat format) {
        this(peer, backend, input, format, FlinkOption.own());
    }

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

    /** The same on another version of Flink. */
    Case on(String otherFlink) {
        return new Case(peer, backend, input, format, otherFlink);
    }

    /** The peer, with the version of Flink if it is not that of this build. */
    String label() {
        return flink.equals(FlinkOption.own()) ? peer.toString() : peer + " (" + flink + ")";
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s from %s", label(), input);
    }
}

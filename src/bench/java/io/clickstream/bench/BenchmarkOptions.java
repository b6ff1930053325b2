package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the names on the command line, and says which ones there are where one is wrong. */
final class BenchmarkOptions {

    /** A workload. */
    static final class ToWorkload implements ITypeConverter<Workload> {
        @Override
        public Workload convert(String value) {
            return named(value, Workload.ALL, Workload::name);
        }
    }

    /** A state backend. */
    static final class ToBackend implements ITypeConverter<Backend> {
        @Override
        public Backend convert(String value) {
            return named(value, List.of(Backend.values()), Backend::toString);
        }
    }

    /** An input. */
    static final class ToInput implements ITypeConverter<Input> {
        @Override
        public Input convert(String value) {
            return named(value, List.of(Input.values()), Input::toString);
        }
    }

    /** A format. */
    static final class ToFormat implements ITypeConverter<ClickFormat> {
        @Override
        public ClickFormat convert(String value) {
            return named(value, List.of(ClickFormat.values()), ClickFormat::toString);
        }
    }

    /** A peer. */
    static final class ToPeer implements ITypeConverter<Peer> {
        @Override
        public Peer convert(String value) {
            return named(value, Peer.ALL, Peer::toString);
        }
    }

    private static <T> T named(
            String value, List<T> all, java.util.function.Function<T, String> name) {
        return all.stream()
                .filter(each -> name.apply(each).equals(value))
                .findFirst()
                .orElseThrow(
                        () ->
                                new TypeConversionException(
                                        "'%s' is none of %s"
                                                .formatted(
                                                        value,
                                                        String.join(
                                                                ", ",
                                                                all.stream().map(name).toList()))));
    }

    private BenchmarkOptions() {}
}

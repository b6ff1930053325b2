package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import samples.clickstream.avro.ClickEvent;

class WorkloadTest {

    /** A hundredth of each workload. */
    static List<Workload> workloads() {
        return Workload.ALL.stream()
                .map(workload -> workload.withUsers(workload.users() / 100))
                .toList();
    }

    @TempDir Path folder;

    @ParameterizedTest
    @MethodSource("workloads")
    void isTheSameEveryTime(Workload workload) throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        ClickBlock first = ClickBlock.write(workload, ClickFormat.AVRO, 2, folder);
        ClickBlock second = ClickBlock.write(workload, ClickFormat.AVRO, 2, other);

        assertThat(second.partitions()).isEqualTo(first.partitions());
        assertThat(Path.of(second.file())).hasSameBinaryContentAs(Path.of(first.file()));
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void comesInDisorderButNeverLate(Workload workload) throws Exception {
        long newest = 0;
        int behind = 0;
        List<ClickEvent> clicks = threeBlocks(workload);
        for (ClickEvent click : clicks) {
            long time = click.getEventtimestamp();
            assertThat(time).isGreaterThan(newest - Workload.BOUND.toMillis() - 1);
            if (time < newest) {
                behind++;
            }
            newest = Math.max(newest, time);
        }
        assertThat((double) behind / clicks.size()).isBetween(0.05, 0.15);
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void repeatsItsResultsBlockByBlock(Workload workload) throws Exception {
        ClickBlock block = ClickBlock.write(workload, ClickFormat.AVRO, 2, folder);
        Reference reference = new Reference(workload, block);
        long clicks = 5 * block.clicks();

        Reference.Answer told = reference.expect(clicks);
        Reference.Answer counted = reference.count(clicks);

        for (ResultType aggregate : ResultType.values()) {
            assertThat(told.lines().get(aggregate))
                    .containsExactlyInAnyOrderElementsOf(counted.lines().get(aggregate));
        }
        assertThat(told.openSessions()).isEqualTo(counted.openSessions());
        assertThat(told.digests()).isEqualTo(counted.digests());
    }

    @Test
    void labHas20000OpenSessions() throws Exception {
        assertThat(openSessions(Workload.LAB.withUsers(5_000))).isCloseTo(2_000, within(100L));
    }

    @Test
    void shopHasAMillionOpenSessions() throws Exception {
        assertThat(openSessions(Workload.SHOP.withUsers(12_920))).isCloseTo(10_000, within(500L));
    }

    @Test
    void skewHasFewUsersWithHalfOfTheClicks() throws Exception {
        List<ClickEvent> clicks = threeBlocks(Workload.SKEW.withUsers(5_000));

        assertThat(share(clicks, click -> click.getUserid() % 100 == 0))
                .isCloseTo(0.5, within(0.02));
        assertThat(
                        share(
                                clicks.stream()
                                        .filter(click -> !click.getProductType().equals("N/A"))
                                        .toList(),
                                click -> click.getProductType().equals("Electronics")))
                .isCloseTo(0.5, within(0.02));
    }

    @ParameterizedTest
    @EnumSource
    void readsFromAnyPosition(ClickFormat format) throws Exception {
        ClickBlock block = ClickBlock.write(Workload.LAB.withUsers(100), format, 3, folder);
        ClickBlock avro =
                ClickBlock.write(Workload.LAB.withUsers(100), ClickFormat.AVRO, 3, folder);
        for (int partition = 0; partition < 3; partition++) {
            long size = block.partitions().get(partition).clicks();
            ClickCursor all = block.read(partition);
            ClickCursor clicks = avro.read(partition);
            for (long position = 0; position < 3 * size; position++) {
                byte[] next = all.next();
                ClickCursor from = block.read(partition);
                from.seek(position);
                assertThat(from.next()).isEqualTo(next);
                ClickEvent click = decode(clicks.next());
                assertThat(format.user(next)).isEqualTo(click.getUserid());
                assertThat(format.user(next) % 3).isEqualTo(partition);
                if (format == ClickFormat.JSON) {
                    assertThat(new String(next, StandardCharsets.UTF_8))
                            .contains("\"eventtimestamp\":" + click.getEventtimestamp() + ',');
                }
            }
        }
    }

    @Test
    void sharesClicksAmongPartitions() throws Exception {
        ClickBlock block =
                ClickBlock.write(Workload.LAB.withUsers(100), ClickFormat.AVRO, 3, folder);
        for (long clicks = 0; clicks < 3 * block.clicks(); clicks += 37) {
            assertThat(block.share(clicks, 0) + block.share(clicks, 1) + block.share(clicks, 2))
                    .isEqualTo(clicks);
        }
        for (int partition = 0; partition < 3; partition++) {
            assertThat(block.share(7 * block.clicks(), partition))
                    .isEqualTo(7 * block.partitions().get(partition).clicks());
        }
    }

    @Test
    void refusesSessionsThatDoNotFitIntoABlock() {
        Workload.Habit tooLong = new Workload.Habit(1, 1, 61, 1, 1_000);

        assertThatThrownBy(
                        () ->
                                new Workload(
                                        "long",
                                        Duration.ofSeconds(1),
                                        Duration.ofSeconds(60),
                                        1,
                                        tooLong,
                                        tooLong,
                                        0,
                                        false))
                .hasMessage("long: the sessions of a user don't fit into a block");
    }

    private long openSessions(Workload workload) throws Exception {
        ClickBlock block = ClickBlock.write(workload, ClickFormat.AVRO, 1, folder);
        return new Reference(workload, block).expect(3 * block.clicks()).openSessions();
    }

    private List<ClickEvent> threeBlocks(Workload workload) throws Exception {
        ClickBlock block = ClickBlock.write(workload, ClickFormat.AVRO, 1, folder);
        ClickCursor cursor = block.read(0);
        List<ClickEvent> clicks = new ArrayList<>();
        for (long i = 0; i < 3 * block.clicks(); i++) {
            clicks.add(decode(cursor.next()));
        }
        return clicks;
    }

    private static ClickEvent decode(byte[] click) throws Exception {
        return new SpecificDatumReader<>(ClickEvent.class)
                .read(null, DecoderFactory.get().binaryDecoder(click, null));
    }

    private static double share(List<ClickEvent> clicks, Predicate<ClickEvent> which) {
        return (double) clicks.stream().filter(which).count() / clicks.size();
    }
}

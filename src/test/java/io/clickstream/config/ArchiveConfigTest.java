package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.none;
import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.clickstream.testing.PropertyGroups;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The groups {@code sink.archive} and {@code privacy}. */
class ArchiveConfigTest {

    @Test
    void areOffByDefault() {
        JobConfig config = JobConfig.parse(smallest().build());

        assertThat(config.archive()).isEmpty();
        assertThat(config.privacy()).isEmpty();
    }

    @Test
    void hasDefaults() {
        ArchiveConfig archive =
                archive(smallest().with("sink.archive", "path", "s3://bucket/clicks"));

        assertThat(archive.path()).isEqualTo(URI.create("s3://bucket/clicks"));
        assertThat(archive.format()).isEqualTo(ArchiveConfig.Format.JSON);
        assertThat(archive.gzip()).isFalse();
        assertThat(archive.columns()).isEmpty();
        assertThat(archive.text()).isEmpty();
        assertThat(archive.layout()).isEqualTo(ArchiveConfig.Layout.HOUR);
        assertThat(archive.partitionBy()).isEqualTo(ArchiveConfig.PartitionBy.EVENT_TIME);
        assertThat(archive.maxAge()).hasDays(7);
        assertThat(archive.rollSize()).isEqualTo(128 << 20);
        assertThat(archive.rollInterval()).hasMinutes(5);
        assertThat(archive.inactivity()).hasMinutes(1);
        assertThat(archive.malformedFolder()).isEqualTo("_malformed");
    }

    @Test
    void readsEveryKey() {
        ArchiveConfig archive =
                archive(
                        smallest()
                                .with("sink.archive", "path", "file:///a%20b")
                                .with("sink.archive", "format", "csv")
                                .with("sink.archive", "gzip", "true")
                                .with("sink.archive", "columns", "z=/b/0, a=/a~1b")
                                .with("sink.archive", "layout", "firehose")
                                .with("sink.archive", "partition-by", "arrival")
                                .with("sink.archive", "max-age", "1 h")
                                .with("sink.archive", "roll-size", "1 mb")
                                .with("sink.archive", "roll-interval", "10 s")
                                .with("sink.archive", "inactivity", "500 ms")
                                .with("sink.archive", "malformed", "bad"));

        assertThat(archive.format()).isEqualTo(ArchiveConfig.Format.CSV);
        assertThat(archive.gzip()).isTrue();
        assertThat(archive.columns().toString()).isEqualTo("{z=/b/0, a=/a~1b}");
        assertThat(archive.layout()).isEqualTo(ArchiveConfig.Layout.FIREHOSE);
        assertThat(archive.partitionBy()).isEqualTo(ArchiveConfig.PartitionBy.ARRIVAL);
        assertThat(archive.maxAge()).isEqualTo(Duration.ofHours(1));
        assertThat(archive.rollSize()).isEqualTo(1 << 20);
        assertThat(archive.rollInterval()).hasSeconds(10);
        assertThat(archive.inactivity()).hasMillis(500);
        assertThat(archive.malformedFolder()).isEqualTo("bad");
    }

    @Test
    void readsTheTextOfALog() {
        assertThat(
                        archive(
                                        smallest()
                                                .with("sink.archive", "path", "s3://b/")
                                                .with("sink.archive", "format", "log")
                                                .with("sink.archive", "text", "/message"))
                                .text())
                .hasToString("Optional[/message]");
    }

    @Test
    void parquetIsPackedAlready() {
        assertThat(
                        errors(
                                smallest()
                                        .with("sink.archive", "path", "s3://b/")
                                        .with("sink.archive", "format", "parquet")
                                        .with("sink.archive", "gzip", "true")))
                .containsExactly(
                        "`sink.archive / gzip` is not for the format `parquet`, which is already"
                                + " compressed; remove it");
    }

    @Test
    void isASinkLikeOthers() {
        JobConfig config =
                JobConfig.parse(
                        none().with("source.kafka", "bootstrap-servers", "broker:9092")
                                .with("source.kafka", "topic", "clicks")
                                .with("sink.archive", "path", "s3://bucket/clicks")
                                .build());

        assertThat(config.kafkaSink()).isEmpty();
        assertThat(config.deadLetterCluster()).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "path|bucket/clicks|is 'bucket/clicks', which is not a URI such as"
                        + " s3://bucket/prefix; it must be the URI of a folder",
                "path|s3://bucket|which is not a URI such as s3://bucket/prefix",
                "path|s3://a b/|which is not a valid URI",
                "format|orc|which is not supported; it must be `json`, `csv`, `log`, or `parquet`",
                "layout|week|which is not supported; it must be `hour`, `day`, or `firehose`",
                "partition-by|time|which is not supported; it must be `event-time` or `arrival`",
                "malformed|a/b|which is not a valid folder name; it must be a name",
                "malformed|..|which is not a valid folder name; it must be a name",
                "columns|a=/a|is only for the format `csv`; remove it, or set `sink.archive /"
                        + " format`",
                "text|/a|is only for the format `log`; remove it, or set `sink.archive / format`",
                "roll-interval|25 h|which is longer than 1 day"
            })
    void namesKeyValueAndWhatIsAllowed(String key, String value, String problem) {
        assertThat(
                        errors(
                                smallest()
                                        .with("sink.archive", "path", "s3://b/")
                                        .with("sink.archive", key, value)))
                .singleElement()
                .asString()
                .startsWith("`sink.archive / " + key + "`")
                .contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a|has 'a', which is not a name and a JSON pointer separated by =",
                "=/a|has '=/a', which is not a name and a JSON pointer separated by =",
                "a=b|has 'a=b', where 'b' is not a JSON pointer",
                "a=/a,a=/b|has column a twice"
            })
    void saysWhatIsWrongAboutColumns(String columns, String problem) {
        assertThat(
                        errors(
                                smallest()
                                        .with("sink.archive", "path", "s3://b/")
                                        .with("sink.archive", "format", "csv")
                                        .with("sink.archive", "columns", columns)))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @Test
    void csvNeedsColumnsAndALogItsText() {
        assertThat(errors(smallest().with("sink.archive", "format", "csv")))
                .containsExactlyInAnyOrder(
                        "`sink.archive / path` is missing; it must be the URI of a folder, such"
                                + " as `s3://bucket/clicks` or `file:///archive`",
                        "`sink.archive / columns` is missing; it must be names and JSON pointers,"
                                + " such as `name=/name,path=/request/path`");
        assertThat(
                        errors(
                                smallest()
                                        .with("sink.archive", "path", "s3://b/")
                                        .with("sink.archive", "format", "log")))
                .containsExactly(
                        "`sink.archive / text` is missing; it must be a JSON pointer, such as"
                                + " `/message`");
    }

    @Test
    void privacyHasDefaults() {
        PrivacyConfig privacy =
                JobConfig.parse(smallest().group("privacy").build()).privacy().orElseThrow();

        assertThat(privacy.fields()).hasToString("[/ip]");
        assertThat(privacy.mode()).isEqualTo(PrivacyConfig.Mode.TRUNCATE);
        assertThat(privacy.salt()).isEmpty();
    }

    @Test
    void readsEveryKeyOfPrivacy() {
        PropertyGroups groups =
                smallest()
                        .with("format", "type", "json")
                        .with("privacy", "ip", "/client/ip, /forwarded")
                        .with("privacy", "mode", "hash")
                        .with("privacy", "salt", "0123456789abcdef");
        PrivacyConfig privacy = JobConfig.parse(groups.build()).privacy().orElseThrow();

        assertThat(privacy.fields()).hasToString("[/client/ip, /forwarded]");
        assertThat(privacy.mode()).isEqualTo(PrivacyConfig.Mode.HASH);
        assertThat(privacy.salt()).isEqualTo("0123456789abcdef");
        assertThat(ReplayConfig.parse(groups.build()).privacy()).isPresent();
    }

    @Test
    void privacyNeedsASaltThatIsLongAndOnlyForHashes() {
        assertThat(errors(smallest().with("privacy", "mode", "hash")))
                .singleElement()
                .asString()
                .startsWith("`privacy / salt` is missing; it must be `file:PATH`");
        assertThat(
                        errors(
                                smallest()
                                        .with("privacy", "mode", "hash")
                                        .with("privacy", "salt", "s3cret")))
                .containsExactly(
                        "`privacy / salt` has fewer than 16 characters; a short salt does not"
                                + " protect against trying all addresses");
        assertThat(errors(smallest().with("privacy", "salt", "0123456789abcdef")))
                .containsExactly(
                        "`privacy / salt` has no effect without `privacy / mode` ="
                                + " `hash`; set that, or remove this key");
    }

    @Test
    void privacyCanNotTakeAwayWhatResultsAreMadeOf() {
        assertThat(
                        errors(
                                smallest()
                                        .with("format", "type", "json")
                                        .with("format", "user", "/client/ip")
                                        .with("privacy", "ip", "/client")))
                .containsExactly(
                        "`privacy / ip` has '/client', which contains the value of `format /"
                                + " user`, '/client/ip', which the job needs and writes"
                                + " unchanged; remove one of them");
    }

    private static ArchiveConfig archive(PropertyGroups groups) {
        return JobConfig.parse(groups.build()).archive().orElseThrow();
    }

    private static List<String> errors(PropertyGroups groups) {
        return catchThrowableOfType(ConfigException.class, () -> JobConfig.parse(groups.build()))
                .errors();
    }
}

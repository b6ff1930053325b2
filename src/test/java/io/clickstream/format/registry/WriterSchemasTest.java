package io.clickstream.format.registry;

import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.clickstream.config.JobConfig;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.format.ClickFields;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.format.registry.LookupException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;

/** How often the registry is asked, and how much is remembered. */
class WriterSchemasTest {

    private static final Duration UNKNOWN_FOR = Duration.ofMinutes(1);
    private static final String CLICK =
            "{\"type\":\"record\",\"name\":\"Click\",\"fields\":["
                    + "{\"name\":\"userid\",\"type\":\"int\"},"
                    + "{\"name\":\"eventtimestamp\",\"type\":\"long\"}]}";

    private final Map<SchemaId, String> registered = new HashMap<>();
    private final List<Integer> asked = new ArrayList<>();
    private final SchemaRegistry registry =
            new SchemaRegistry() {
                @Override
                public List<String> lookUp(SchemaId id) throws LookupException {
                    asked.add(id.number());
                    if (!registered.containsKey(id)) {
                        throw new LookupException(Kind.UNKNOWN, "no such schema");
                    }
                    return List.of(registered.get(id));
                }

                @Override
                public SchemaId anyId() {
                    return SchemaId.ofNumber(1);
                }

                @Override
                public String name() {
                    return "a map";
                }
            };

    // Not far from where the clock of a JVM that has run for long starts anew.
    private long now = Long.MAX_VALUE - UNKNOWN_FOR.toNanos() / 2;
    private final WriterSchemas schemas =
            new WriterSchemas(
                    new PatientRegistry(
                            registry,
                            JobConfig.parse(
                                            smallest()
                                                    .with("registry", "type", "confluent")
                                                    .with("registry", "url", "http://nowhere")
                                                    .build())
                                    .registry()
                                    .orElseThrow(),
                            new SimpleCounter(),
                            new SimpleCounter()),
                    OptionalFields.NONE,
                    UNKNOWN_FOR,
                    () -> now);

    @Test
    void asksOncePerSchema() throws Exception {
        register(1, 2);

        for (int i = 0; i < 10; i++) {
            assertThat(schemas.decoder(SchemaId.ofNumber(1)))
                    .isNotSameAs(schemas.decoder(SchemaId.ofNumber(2)));
        }

        assertThat(asked).containsExactly(1, 2);
    }

    @Test
    void allSchemasShareTheirStrings() throws Exception {
        String withDepartment =
                CLICK.replace("]}", ",{\"name\":\"product_type\",\"type\":\"string\"}]}");
        registered.put(SchemaId.ofNumber(1), withDepartment);
        registered.put(SchemaId.ofNumber(2), withDepartment.replace("Click", "Other"));
        byte[] click = {2, 2, 10, 'B', 'o', 'o', 'k', 's'};
        ClickFields one = new ClickFields();
        ClickFields other = new ClickFields();

        schemas.decoder(SchemaId.ofNumber(1)).decode(click, one);
        schemas.decoder(SchemaId.ofNumber(2)).decode(click, other);

        assertThat(one.department()).isEqualTo("Books").isSameAs(other.department());
    }

    @Test
    void findsAnIdThatIsRegisteredLater() throws Exception {
        assertUnknown(7);
        register(7);

        now += UNKNOWN_FOR.toNanos() - 1;
        assertUnknown(7);
        assertThat(asked).containsExactly(7);
        now++;

        assertThat(schemas.decoder(SchemaId.ofNumber(7))).isNotNull();
        assertThat(asked).containsExactly(7, 7);
    }

    @Test
    void asksAgainAfterEachSpan() {
        for (int i = 0; i < 5; i++) {
            assertUnknown(7);
            assertUnknown(7);
            now += UNKNOWN_FOR.toNanos();
        }

        assertThat(asked).hasSize(5);
    }

    @Test
    void remembersSoManyUnknownIdsAndNoMore() {
        for (int id = 0; id <= WriterSchemas.MAX_UNKNOWN; id++) {
            assertUnknown(id);
        }
        asked.clear();

        assertUnknown(1);
        assertUnknown(WriterSchemas.MAX_UNKNOWN);
        assertThat(asked).isEmpty();
        assertUnknown(0);
        assertThat(asked).containsExactly(0);
    }

    @Test
    void keepsSchemasThoughUnknownIdsComeInFloods() throws Exception {
        register(1_000_000);
        assertThat(schemas.decoder(SchemaId.ofNumber(1_000_000))).isNotNull();
        for (int id = 0; id < 2 * WriterSchemas.MAX_UNKNOWN; id++) {
            assertUnknown(id);
        }
        asked.clear();

        assertThat(schemas.decoder(SchemaId.ofNumber(1_000_000))).isNotNull();

        assertThat(asked).isEmpty();
    }

    @Test
    void forgetsTheSchemaThatWasUsedLongestAgo() throws Exception {
        for (int id = 0; id <= WriterSchemas.MAX_SCHEMAS; id++) {
            register(id);
            assertThat(schemas.decoder(SchemaId.ofNumber(id))).isNotNull();
            assertThat(schemas.decoder(SchemaId.ofNumber(0))).isNotNull();
        }
        asked.clear();

        assertThat(schemas.decoder(SchemaId.ofNumber(0))).isNotNull();
        assertThat(asked).isEmpty();
        assertThat(schemas.decoder(SchemaId.ofNumber(1))).isNotNull();
        assertThat(asked).containsExactly(1);
    }

    @Test
    void takesASchemaWhoseDefaultsDoNotFit() throws Exception {
        registered.put(
                SchemaId.ofNumber(3),
                CLICK.replace("]}", ",{\"name\":\"n\",\"type\":\"int\",\"default\":\"none\"}]}"));

        assertThat(schemas.decoder(SchemaId.ofNumber(3))).isNotNull();
    }

    @Test
    void refusesWhatIsNoSchema() {
        registered.put(SchemaId.ofNumber(3), "{\"type\":\"rekord\"}");

        MalformedRecordException e = refused(3);

        assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(e).hasMessageStartingWith("schema 3 of the registry cannot be used: ");
        assertThat(e).hasMessageContaining("rekord");
        assertThat(refused(3)).hasMessage(e.getMessage());
        assertThat(asked).containsExactly(3);
    }

    @Test
    void refusesATypeThatIsNoTimeByItsName() {
        registered.put(
                SchemaId.ofNumber(3),
                "{\"type\":\"record\",\"name\":\"Click\",\"fields\":["
                        + "{\"name\":\"userid\",\"type\":\"int\"},"
                        + "{\"name\":\"eventtimestamp\",\"type\":"
                        + "{\"type\":\"long\",\"logicalType\":\"time-micros\"}}]}");

        MalformedRecordException e = refused(3);

        assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(e)
                .hasMessageStartingWith("schema 3 of the registry cannot be used: ")
                .hasMessageContaining("eventtimestamp as long with the logical type time-micros");
    }

    private void register(int... ids) {
        for (int id : ids) {
            registered.put(SchemaId.ofNumber(id), CLICK);
        }
    }

    private void assertUnknown(int id) {
        assertThat(refused(id).reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
    }

    private MalformedRecordException refused(int id) {
        MalformedRecordException e =
                catchThrowableOfType(
                        MalformedRecordException.class,
                        () -> schemas.decoder(SchemaId.ofNumber(id)));
        assertThat(e).isNotNull();
        return e;
    }
}

package io.clickstream.format;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.FormatConfig.Preset;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.StringPool;
import io.clickstream.metrics.ClickstreamMetrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Decodes one JSON object per record, whose fields are defined by a mapping. The user is a number
 * or a string; event type and department are a string, a number, a boolean, or null. Other fields
 * are skipped. The record must be exactly one JSON object. If a name occurs twice, the last value
 * counts.
 *
 * <p>{@link FieldScanner} reads nearly all records. What it does not know how to read, {@link
 * FieldParser} reads again from the beginning, which is several times slower: records that are not
 * valid, and those in UTF-16 or UTF-32, with a byte order mark, or with many nested objects.
 */
public final class JsonClickDecoder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private final JsonMapping mapping;
    private final OptionalFields optional;

    @Nullable private transient FieldScanner scanner;
    @Nullable private transient FieldParser parser;
    @Nullable private transient Counter skippedTimes;
    @Nullable private transient Counter repeatedTimes;
    @Nullable private transient PointerWatch watch;

    /** Creates a decoder of the lab's fields. */
    public JsonClickDecoder() {
        this(JsonMapping.of(Preset.LAB), OptionalFields.NONE);
    }

    /** Creates a decoder of a mapping's fields, and of those that filters need. */
    public JsonClickDecoder(JsonMapping mapping, OptionalFields optional) {
        this.mapping = mapping;
        this.optional = optional;
    }

    @Override
    public void open(MetricGroup metrics) {
        skippedTimes = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.SKIPPED_TIMES);
        repeatedTimes = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.REPEATED_TIMES);
        watch = new PointerWatch(pointers());
    }

    /** All pointers by the keys that configure them. */
    private Map<String, List<JsonPointer>> pointers() {
        Map<String, List<JsonPointer>> pointers = new LinkedHashMap<>(mapping.fields());
        pointers.putAll(optional.fields());
        return pointers;
    }

    @Override
    public void decode(byte[] record, ClickFields fields) throws MalformedRecordException {
        if (scanner == null) {
            prepare();
        }
        fields.clear();
        if (!scanner.read(record, fields)) {
            fields.clear();
            parse(record, fields);
        }
        if (watch != null && !watch.observe(record)) {
            watch = null;
        }
    }

    private void prepare() {
        StringPool pool = new StringPool();
        JsonTimeReader times =
                new JsonTimeReader(
                        mapping,
                        skippedTimes == null ? new SimpleCounter() : skippedTimes,
                        repeatedTimes == null ? new SimpleCounter() : repeatedTimes);
        FieldTree tree = FieldTree.of(mapping, optional);
        parser = new FieldParser(mapping, optional, tree, times, pool);
        scanner = new FieldScanner(mapping, tree, times, pool);
    }

    private void parse(byte[] record, ClickFields fields) throws MalformedRecordException {
        try {
            parser.read(record, fields);
        } catch (MalformedRecordException e) {
            throw Framing.explain(record, e, false);
        }
    }

    @Override
    public byte[] toJson(byte[] record, boolean decoded) throws MalformedRecordException {
        return JsonLine.of(record, decoded);
    }
}

package io.clickstream.tools.explain;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a sample has at one JSON pointer. Objects and arrays are not values. */
final class Field {

    /** The types of values. */
    enum Type {
        STRING,
        INTEGER,
        DECIMAL,
        BOOLEAN;

        String label() {
            return this == INTEGER || this == DECIMAL ? "number" : name().toLowerCase(Locale.ROOT);
        }
    }

    /** The number of distinct values that are counted. Others only count as present. */
    static final int MAX_DISTINCT = 20_000;

    /** Longer values are told apart by their first characters only. */
    private static final int MAX_LENGTH = 100;

    private static final int EXAMPLES = 3;
    private static final int MAX_SCALE = 30;

    /** The share that is most of the values. */
    private static final double MOST = 0.9;

    private final JsonPointer pointer;
    private final BitSet records = new BitSet();
    private final Map<Type, Integer> types = new EnumMap<>(Type.class);
    private final Map<String, Integer> values = new LinkedHashMap<>();
    private final List<String> examples = new ArrayList<>();
    private boolean isOverflowing;

    Field(JsonPointer pointer) {
        this.pointer = pointer;
    }

    /**
     * Adds a value.
     *
     * @param record the index of its record
     * @param value no object, array, or null
     */
    void add(int record, JsonNode value) {
        records.set(record);
        types.merge(type(value), 1, Integer::sum);
        String text = text(value);
        String kept = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) : text;
        if (values.containsKey(kept)) {
            values.merge(kept, 1, Integer::sum);
        } else if (values.size() < MAX_DISTINCT) {
            values.put(kept, 1);
            if (examples.size() < EXAMPLES) {
                examples.add(value.isTextual() ? value.toString() : text);
            }
        } else {
            isOverflowing = true;
        }
    }

    /** A value as a text. Numbers have no exponent unless they are very large or small. */
    static String text(JsonNode value) {
        if (!value.isFloatingPointNumber() || !Double.isFinite(value.doubleValue())) {
            return value.asText();
        }
        BigDecimal decimal = value.decimalValue();
        return Math.abs(decimal.scale()) > MAX_SCALE ? value.asText() : decimal.toPlainString();
    }

    private static Type type(JsonNode value) {
        if (value.isTextual()) {
            return Type.STRING;
        }
        if (value.isBoolean()) {
            return Type.BOOLEAN;
        }
        return value.isIntegralNumber() ? Type.INTEGER : Type.DECIMAL;
    }

    JsonPointer pointer() {
        return pointer;
    }

    /** The indices of the records with a value. */
    BitSet records() {
        return (BitSet) records.clone();
    }

    /** The number of records with a value that is not null. */
    int present() {
        return records.cardinality();
    }

    /** The number of distinct values; at most {@link #MAX_DISTINCT}. */
    int distinct() {
        return values.size();
    }

    /** Whether there are more distinct values than were counted. */
    boolean isOverflowing() {
        return isOverflowing;
    }

    /** The counted values as text, with the number of records of each. */
    Map<String, Integer> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The first distinct values, as JSON. */
    List<String> examples() {
        return Collections.unmodifiableList(examples);
    }

    /** Whether at least nine of ten values have one of these types: a few can be damaged. */
    boolean isMostly(Type... allowed) {
        int fitting = List.of(allowed).stream().mapToInt(type -> types.getOrDefault(type, 0)).sum();
        return fitting > 0 && fitting >= MOST * present();
    }

    /** Whether values occur again in other records, on average more than once in twenty. */
    boolean repeats() {
        return !isOverflowing && distinct() <= 0.95 * present();
    }

    /** The types for people: {@code string}, or {@code string or number}. */
    String typeLabel() {
        return types.isEmpty()
                ? "null"
                : types.keySet().stream()
                        .map(Type::label)
                        .distinct()
                        .collect(Collectors.joining(" or "));
    }

    @Override
    public String toString() {
        return pointer.toString();
    }
}

package io.clickstream.deploy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Evaluates expressions of CloudWatch's metric math, as far as the templates use it, by the page
 * "Using math expressions with CloudWatch metrics": an operation on two series has a value where
 * both have one, {@code DIFF} is the difference from the value before, and {@code FILL} gives a
 * value to the times that have none, with {@code REPEAT} the one before.
 */
final class MetricMath {

    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s*([0-9]+(?:\\.[0-9]+)?|[A-Za-z_][A-Za-z0-9_]*|[<>=!]=|[-+*/()<>,])");

    private static final String REPEAT = "REPEAT";

    private final Map<String, String> expressions;
    private final Map<String, List<OptionalDouble>> series;
    private final int length;
    private final List<String> tokens = new ArrayList<>();
    private int next;

    private MetricMath(
            String expression,
            Map<String, String> expressions,
            Map<String, List<OptionalDouble>> series) {
        this.expressions = expressions;
        this.series = series;
        this.length = series.values().iterator().next().size();
        Matcher token = TOKEN.matcher(expression);
        int end = 0;
        while (token.find() && token.start() == end) {
            tokens.add(token.group(1));
            end = token.end();
        }
        if (end != expression.length()) {
            throw new IllegalArgumentException(
                    "not understood: '" + expression.substring(end) + "' in " + expression);
        }
    }

    /**
     * The value of an expression.
     *
     * @param expressions that it may use, by their ids
     * @param series by their ids, all of the same length; empty where there was no report
     */
    static List<OptionalDouble> evaluate(
            String expression,
            Map<String, String> expressions,
            Map<String, List<OptionalDouble>> series) {
        MetricMath math = new MetricMath(expression, expressions, series);
        List<OptionalDouble> value = math.comparison();
        if (math.next < math.tokens.size()) {
            throw new IllegalArgumentException(
                    "not understood: '" + math.tokens.get(math.next) + "' in " + expression);
        }
        return value;
    }

    private boolean takes(String token) {
        if (next < tokens.size() && tokens.get(next).equals(token)) {
            next++;
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!takes(token)) {
            throw new IllegalArgumentException("there is no " + token + " at " + next + tokens);
        }
    }

    private List<OptionalDouble> comparison() {
        List<OptionalDouble> left = sum();
        for (Map.Entry<String, DoubleBinaryOperator> each :
                Map.<String, DoubleBinaryOperator>of(
                                ">", (a, b) -> a > b ? 1 : 0,
                                "<", (a, b) -> a < b ? 1 : 0,
                                ">=", (a, b) -> a >= b ? 1 : 0,
                                "<=", (a, b) -> a <= b ? 1 : 0)
                        .entrySet()) {
            if (takes(each.getKey())) {
                return both(left, sum(), each.getValue());
            }
        }
        return left;
    }

    private List<OptionalDouble> sum() {
        List<OptionalDouble> value = product();
        while (true) {
            if (takes("+")) {
                value = both(value, product(), Double::sum);
            } else if (takes("-")) {
                value = both(value, product(), (a, b) -> a - b);
            } else {
                return value;
            }
        }
    }

    private List<OptionalDouble> product() {
        List<OptionalDouble> value = operand();
        while (true) {
            if (takes("*")) {
                value = both(value, operand(), (a, b) -> a * b);
            } else if (takes("/")) {
                value = both(value, operand(), (a, b) -> a / b);
            } else {
                return value;
            }
        }
    }

    private List<OptionalDouble> operand() {
        String token = tokens.get(next++);
        if (token.equals("-")) {
            return both(all(OptionalDouble.of(0)), operand(), (a, b) -> a - b);
        }
        if (token.equals("(")) {
            List<OptionalDouble> value = comparison();
            expect(")");
            return value;
        }
        if (Character.isDigit(token.charAt(0))) {
            return all(OptionalDouble.of(Double.parseDouble(token)));
        }
        if (takes("(")) {
            return called(token);
        }
        if (expressions.containsKey(token)) {
            return evaluate(expressions.get(token), expressions, series);
        }
        List<OptionalDouble> named = series.get(token);
        if (named == null) {
            throw new IllegalArgumentException("there is no metric with the id " + token);
        }
        return named;
    }

    private List<OptionalDouble> called(String function) {
        List<List<OptionalDouble>> arguments = new ArrayList<>(List.of(comparison()));
        String keyword = "";
        while (takes(",")) {
            if (takes(REPEAT)) {
                keyword = REPEAT;
            } else {
                arguments.add(comparison());
            }
        }
        expect(")");
        String signature = function + keyword + arguments.size();
        return switch (signature) {
            case "DIFF1" -> differences(arguments.get(0));
            case "FILLREPEAT1" -> repeated(arguments.get(0));
            case "FILL2" -> chosen(arguments.get(0), arguments.get(0), arguments.get(1));
            case "IF3" -> {
                List<OptionalDouble> chosen = new ArrayList<>();
                for (int i = 0; i < length; i++) {
                    OptionalDouble condition = arguments.get(0).get(i);
                    chosen.add(
                            condition.isEmpty()
                                    ? OptionalDouble.empty()
                                    : arguments.get(condition.getAsDouble() != 0 ? 1 : 2).get(i));
                }
                yield chosen;
            }
            default -> throw new IllegalArgumentException("not a function: " + signature);
        };
    }

    private List<OptionalDouble> chosen(
            List<OptionalDouble> where,
            List<OptionalDouble> present,
            List<OptionalDouble> otherwise) {
        List<OptionalDouble> chosen = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            chosen.add(where.get(i).isPresent() ? present.get(i) : otherwise.get(i));
        }
        return chosen;
    }

    private static List<OptionalDouble> repeated(List<OptionalDouble> values) {
        List<OptionalDouble> repeated = new ArrayList<>();
        OptionalDouble before = OptionalDouble.empty();
        for (OptionalDouble value : values) {
            before = value.isPresent() ? value : before;
            repeated.add(before);
        }
        return repeated;
    }

    private static List<OptionalDouble> differences(List<OptionalDouble> values) {
        List<OptionalDouble> differences = new ArrayList<>();
        OptionalDouble before = OptionalDouble.empty();
        for (OptionalDouble value : values) {
            differences.add(
                    value.isPresent() && before.isPresent()
                            ? OptionalDouble.of(value.getAsDouble() - before.getAsDouble())
                            : OptionalDouble.empty());
            before = value.isPresent() ? value : before;
        }
        return differences;
    }

    private List<OptionalDouble> both(
            List<OptionalDouble> left, List<OptionalDouble> right, DoubleBinaryOperator operator) {
        List<OptionalDouble> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            values.add(
                    left.get(i).isPresent() && right.get(i).isPresent()
                            ? OptionalDouble.of(
                                    operator.applyAsDouble(
                                            left.get(i).getAsDouble(), right.get(i).getAsDouble()))
                            : OptionalDouble.empty());
        }
        return values;
    }

    private List<OptionalDouble> all(OptionalDouble value) {
        return Collections.nCopies(length, value);
    }
}

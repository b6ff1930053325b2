package io.clickstream.tools.explain;

import static io.clickstream.tools.explain.Field.Type.DECIMAL;
import static io.clickstream.tools.explain.Field.Type.INTEGER;
import static io.clickstream.tools.explain.Field.Type.STRING;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Proposes which field of a sample is which field of a click: by the names of fields, and by their
 * values where names do not tell. A field has one role.
 */
final class Proposer {

    private static final int MAX_NEAR = 3;

    /** A field below it is named as a candidate, but not proposed. */
    private static final double MIN_SCORE = 40;

    /** What a known format of times is worth, whatever the name. */
    private static final double FORMAT_SCORE = 70;

    private static final int MAX_EVENT_TYPES = 200;
    private static final double DEPTH_PENALTY = 2;
    private static final double CONSTANT_PENALTY = 50;
    private static final double UNIQUE_PENALTY = 40;
    private static final double CHECKOUT_BONUS = 60;
    private static final double KNOWN_TYPE_BONUS = 15;
    private static final double NUMBER_PENALTY = 10;

    /** The number of records from which a constant or unique value says something. */
    private static final int ENOUGH = 20;

    /** A user of the second choice must add this share of the records. */
    private static final double MIN_MORE = 0.005;

    private static final int MAX_ALTERNATIVES = 3;

    private final Fields fields;
    private final Times times;
    private final Bursts bursts;
    private final Proposal proposal = new Proposal();
    private final Set<Field> taken = new HashSet<>();

    private Proposer(Fields fields, Times times, Bursts bursts) {
        this.fields = fields;
        this.times = times;
        this.bursts = bursts;
    }

    /** The mapping of a sample. */
    static Proposal propose(Fields fields, Times times, Bursts bursts) {
        return new Proposer(fields, times, bursts).propose();
    }

    private Proposal propose() {
        Optional<Candidate> time = best(timeCandidates());
        Optional<Candidate> type = best(eventTypeCandidates());
        List<Candidate> departments = alternatives(departmentCandidates(), true);
        Optional<Candidate> item = best(namedCandidates(Role.ITEM));
        Optional<Candidate> session = best(namedCandidates(Role.SESSION_ID));
        List<Candidate> users = users(time);
        Optional<Candidate> value = best(valueCandidates(item));
        setUsers(users);
        time.ifPresentOrElse(this::setTime, () -> proposal.miss(Role.TIME, near(timeCandidates())));
        setEventType(type);
        setDepartments(departments);
        set(Role.ITEM, item);
        set(Role.VALUE, value);
        set(Role.SESSION_ID, session);
        return proposal;
    }

    private Optional<Candidate> best(List<Candidate> candidates) {
        Optional<Candidate> best =
                candidates.stream().filter(each -> each.score() >= MIN_SCORE).findFirst();
        best.ifPresent(found -> taken.add(found.field()));
        return best;
    }

    private static List<Candidate> near(List<Candidate> candidates) {
        return candidates.stream().limit(MAX_NEAR).toList();
    }

    private List<Candidate> timeCandidates() {
        List<Candidate> found = new ArrayList<>();
        for (Field field : free()) {
            Names names = Names.of(field.pointer());
            int weight = Role.TIME.weight(names);
            Optional<Times.Found> format = times.find(field);
            if (format.isPresent()) {
                double score = FORMAT_SCORE + weight - depth(names) - lacking(field);
                found.add(
                        new Candidate(
                                field,
                                score,
                                byName(weight)
                                        + Percent.of(format.get().share())
                                        + " of its values are times"));
            } else if (weight > 0 && field.present() > 0) {
                found.add(
                        new Candidate(field, weight - MIN_SCORE - 100, "no known format of times"));
            }
        }
        found.sort(Candidate.BEST_FIRST);
        return found;
    }

    private List<Candidate> eventTypeCandidates() {
        List<Candidate> found = new ArrayList<>();
        for (Field field : free()) {
            Names names = Names.of(field.pointer());
            if (!field.isMostly(STRING) || field.isOverflowing()) {
                continue;
            }
            int weight = Role.EVENT_TYPE.weight(names);
            Set<String> known =
                    field.distinct() <= MAX_EVENT_TYPES
                            ? Set.copyOf(EventNames.known(field.values().keySet()).values())
                            : Set.of();
            boolean hasCheckout = known.contains(EventNames.CHECKOUT);
            if (weight == 0 && known.isEmpty()) {
                continue;
            }
            double score =
                    weight
                            + (hasCheckout ? CHECKOUT_BONUS : 0)
                            + KNOWN_TYPE_BONUS * known.size()
                            - (field.distinct() > MAX_EVENT_TYPES ? UNIQUE_PENALTY : 0)
                            - (isConstant(field) ? CONSTANT_PENALTY : 0)
                            - depth(names)
                            - lacking(field);
            found.add(
                    new Candidate(
                            field,
                            score,
                            byName(weight)
                                    + counted(field.distinct(), "value")
                                    + (known.isEmpty()
                                            ? ""
                                            : ", among them "
                                                    + EventNames.known(field.values().keySet())
                                                            .keySet()
                                                            .stream()
                                                            .limit(MAX_NEAR)
                                                            .collect(Collectors.joining(", ")))));
        }
        found.sort(Candidate.BEST_FIRST);
        return found;
    }

    private List<Candidate> departmentCandidates() {
        List<Candidate> found = new ArrayList<>();
        for (Field field : free()) {
            Names names = Names.of(field.pointer());
            int weight = Role.DEPARTMENT.weight(names);
            if (weight > 0 && field.isMostly(STRING, INTEGER)) {
                boolean isUnique = field.present() >= ENOUGH && !field.repeats();
                found.add(
                        new Candidate(
                                field,
                                weight
                                        - (isConstant(field) ? CONSTANT_PENALTY : 0)
                                        - (isUnique ? UNIQUE_PENALTY : 0)
                                        - (field.isMostly(INTEGER) ? NUMBER_PENALTY : 0)
                                        - depth(names)
                                        - lacking(field) / 2,
                                byName(weight)
                                        + counted(field.distinct(), "value")
                                        + " in "
                                        + Percent.of(fields.share(field))
                                        + " of the records"));
            }
        }
        found.sort(Candidate.BEST_FIRST);
        return found;
    }

    private List<Candidate> namedCandidates(Role role) {
        List<Candidate> found = new ArrayList<>();
        for (Field field : free()) {
            Names names = Names.of(field.pointer());
            int weight = role.weight(names);
            if (weight > 0 && field.isMostly(STRING, INTEGER)) {
                found.add(
                        new Candidate(
                                field,
                                weight - depth(names),
                                byName(weight) + counted(field.distinct(), "value")));
            }
        }
        found.sort(Candidate.BEST_FIRST);
        return found;
    }

    /** The job reads numbers only. A price beside the item is the item's. */
    private List<Candidate> valueCandidates(Optional<Candidate> item) {
        List<Candidate> found = new ArrayList<>();
        for (Field field : free()) {
            Names names = Names.of(field.pointer());
            int weight = Role.VALUE.weight(names);
            if (weight > 0 && field.isMostly(INTEGER, DECIMAL)) {
                boolean isBesideItem =
                        item.isPresent()
                                && field.pointer()
                                        .head()
                                        .equals(item.get().field().pointer().head());
                found.add(
                        new Candidate(
                                field,
                                weight - (isBesideItem ? 0 : depth(names)),
                                byName(weight) + "numbers"));
            }
        }
        found.sort(Candidate.BEST_FIRST);
        return found;
    }

    private List<Candidate> users(Optional<Candidate> time) {
        List<Candidate> named = userCandidates();
        List<Candidate> chosen = alternatives(named, false);
        if (!chosen.isEmpty()) {
            return chosen;
        }
        List<Candidate> byValues = bursts.candidates(free(), time.map(Candidate::field));
        Optional<Candidate> best = best(byValues);
        if (best.isPresent()) {
            proposal.note(
                    "No field has the name of a user. "
                            + best.get().field()
                            + " was chosen by its values: check it."
                            + others(byValues, best.get()),
                    Role.USER.key());
            return List.of(best.get());
        }
        List<Candidate> all = new ArrayList<>(named);
        all.addAll(byValues);
        proposal.miss(Role.USER, near(all));
        return List.of();
    }

    private static String others(List<Candidate> candidates, Candidate chosen) {
        List<String> others =
                candidates.stream()
                        .filter(each -> each.score() >= MIN_SCORE && !each.equals(chosen))
                        .limit(MAX_NEAR)
                        .map(each -> each.field().toString())
                        .toList();
        return others.isEmpty()
                ? ""
                : " The values of " + String.join(" and ", others) + " come in visits, too.";
    }

    private List<Candidate> userCandidates() {
        List<Candidate> found = new ArrayList<>();
        for (Field field : free()) {
            Names names = Names.of(field.pointer());
            int weight = Role.USER.weight(names);
            if (weight == 0 || field.present() == 0) {
                continue;
            }
            boolean isUnique = field.present() >= ENOUGH && !field.repeats();
            if (!field.isMostly(STRING, INTEGER)) {
                found.add(
                        new Candidate(
                                field,
                                -weight,
                                "neither integers nor strings: " + field.typeLabel()));
                continue;
            }
            found.add(
                    new Candidate(
                            field,
                            weight
                                    - (isConstant(field) ? CONSTANT_PENALTY : 0)
                                    - (isUnique ? NUMBER_PENALTY : 0)
                                    - depth(names)
                                    - lacking(field),
                            byName(weight)
                                    + counted(field.distinct(), "user")
                                    + (isConstant(field)
                                            ? " only"
                                            : String.format(
                                                    Locale.ROOT,
                                                    ", each in %.1f records on average",
                                                    (double) field.present() / field.distinct()))));
        }
        found.sort(Candidate.BEST_FIRST);
        return found;
    }

    /**
     * The best candidate, and those that have a value where it has none.
     *
     * @param sameName whether the others must have the same name, in another place
     */
    private List<Candidate> alternatives(List<Candidate> candidates, boolean sameName) {
        List<Candidate> chosen = new ArrayList<>();
        BitSet covered = new BitSet();
        for (Candidate each : candidates) {
            if (each.score() < MIN_SCORE || chosen.size() == MAX_ALTERNATIVES) {
                break;
            }
            BitSet all = each.field().records();
            all.or(covered);
            boolean adds = all.cardinality() - covered.cardinality() > MIN_MORE * fields.objects();
            boolean fits =
                    !sameName
                            || chosen.isEmpty()
                            || Names.of(each.field().pointer())
                                    .words()
                                    .equals(Names.of(chosen.get(0).field().pointer()).words());
            if (chosen.isEmpty() || (adds && fits)) {
                chosen.add(each);
                covered = all;
            }
        }
        chosen.forEach(each -> taken.add(each.field()));
        return chosen;
    }

    private void setUsers(List<Candidate> users) {
        if (users.isEmpty()) {
            return;
        }
        proposal.set(
                Role.USER.key(),
                users.stream()
                        .map(user -> user.field().toString())
                        .collect(Collectors.joining(",")),
                reasons(users));
        if (users.size() > 1) {
            proposal.note(
                    "The job takes the first user that a record has. To keep a session in one"
                            + " piece when its visitor logs in, use the group `identity`.",
                    Role.USER.key());
        }
    }

    private void setTime(Candidate time) {
        Times.Found format = times.find(time.field()).orElseThrow();
        proposal.set(Role.TIME.key(), time.field().toString(), time.reason());
        proposal.set(
                "time-format", format.format(), "such as " + times.example(time.field(), format));
        if (!format.hasZone()) {
            proposal.note(
                    "The times have no zone. The job reads them as UTC: set `time-zone` if they are"
                            + " local times.",
                    Role.TIME.key(),
                    "time-format",
                    "time-zone");
        }
        format.other()
                .ifPresent(
                        other ->
                                proposal.note(
                                        "The times also fit the format "
                                                + other
                                                + ": check which number is the month.",
                                        Role.TIME.key(),
                                        "time-format"));
    }

    private void setEventType(Optional<Candidate> type) {
        if (type.isEmpty()) {
            proposal.set(
                    Role.EVENT_TYPE.key(),
                    "none",
                    "no field looks like an event type; if you know it, add: --map"
                            + " event-type=/POINTER");
            proposal.note("Without event types, no session has a checkout.", Role.EVENT_TYPE.key());
            return;
        }
        Field field = type.get().field();
        proposal.set(Role.EVENT_TYPE.key(), field.toString(), type.get().reason());
        Map<String, String> renamed = EventNames.renamed(field.values().keySet());
        renamed.keySet().removeIf(name -> !canBeRenamed(name));
        if (!renamed.isEmpty()) {
            proposal.set(
                    "event-types",
                    renamed.entrySet().stream()
                            .map(pair -> pair.getKey() + "=" + pair.getValue())
                            .collect(Collectors.joining(",")),
                    "the names that the job and its dashboards know");
        }
        if (!EventNames.known(field.values().keySet()).containsValue(EventNames.CHECKOUT)) {
            proposal.note(
                    "No event type looks like a checkout. If one is, set `checkout-event-types` to"
                            + " it.",
                    Role.EVENT_TYPE.key(),
                    "event-types",
                    "checkout-event-types");
        }
    }

    /** Whether a name can be in a list of pairs. */
    private static boolean canBeRenamed(String name) {
        return name.indexOf(',') < 0 && name.indexOf('=') < 0 && name.equals(name.strip());
    }

    private void setDepartments(List<Candidate> departments) {
        if (departments.isEmpty()) {
            proposal.set(
                    Role.DEPARTMENT.key(),
                    "none",
                    "no field has the name of a department; if you know it, add: --map"
                            + " department=/POINTER");
            return;
        }
        proposal.set(
                Role.DEPARTMENT.key(),
                departments.stream()
                        .map(each -> each.field().toString())
                        .collect(Collectors.joining(",")),
                reasons(departments));
        Levels.find(departments.stream().map(Candidate::field).toList())
                .ifPresent(
                        levels ->
                                proposal.set(
                                        "department-cut", levels.separator(), levels.reason()));
    }

    private void set(Role role, Optional<Candidate> found) {
        found.ifPresent(each -> proposal.set(role.key(), each.field().toString(), each.reason()));
    }

    private static String reasons(List<Candidate> candidates) {
        return candidates.stream().map(Candidate::reason).collect(Collectors.joining("; or "));
    }

    private List<Field> free() {
        return fields.all().stream()
                .filter(field -> !taken.contains(field) && field.present() > 0)
                .toList();
    }

    private static boolean isConstant(Field field) {
        return field.distinct() == 1 && field.present() >= ENOUGH;
    }

    private static double depth(Names names) {
        return DEPTH_PENALTY * (names.depth() - 1);
    }

    private double lacking(Field field) {
        return UNIQUE_PENALTY / 2 * (1 - fields.share(field));
    }

    private static String byName(int weight) {
        return weight > Role.WEIGHT_OF_WORD
                ? "its name; "
                : weight > 0 ? "a word of its name; " : "";
    }

    private static String counted(int count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }
}

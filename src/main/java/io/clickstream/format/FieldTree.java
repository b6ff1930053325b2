package io.clickstream.format;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.ClickField;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * The pointers of a mapping as a tree. The decoder walks the tree along with a record. A node is a
 * field, several fields with the same value, or has nodes with fields inside.
 */
final class FieldTree {

    static final int USER = 1;
    static final int TIME = 2;
    static final int EVENT_TYPE = 4;
    static final int DEPARTMENT = 8;

    /** The kind of the first optional field; the others follow in order. */
    private static final int OPTIONAL = 16;

    private static final List<ClickField> OPTIONAL_FIELDS = List.of(ClickField.values());

    /** A node with fields inside. */
    static final int INNER = 0;

    private final Map<String, FieldTree> members = new HashMap<>();
    private final Map<Integer, FieldTree> elements = new HashMap<>();
    private final List<FieldTree> parts = new ArrayList<>();
    private int lastElement = -1;

    /** Has no fields in the tree of addresses, whose members are found by strings only. */
    private MemberNames names = new MemberNames(Map.of());

    /** The indexes of {@link #elements} in ascending order, and their nodes. */
    private int[] indexes = new int[0];

    private FieldTree[] byIndex = new FieldTree[0];

    /** The fields of this node or inside it. */
    private int fields;

    /** A field, a sum of fields, or {@link #INNER}. */
    private int kind;

    /** The rank of a field's pointer if the field has several. */
    private int rank;

    /** The ranks of users and departments at this node or inside it, one bit each. */
    private int usersInside;

    private int departmentsInside;

    static FieldTree of(JsonMapping mapping, OptionalFields optional) {
        FieldTree tree = new FieldTree();
        for (int rank = 0; rank < mapping.users().size(); rank++) {
            tree.add(mapping.users().get(rank), USER, rank);
        }
        tree.add(mapping.time(), TIME);
        mapping.eventType().ifPresent(pointer -> tree.add(pointer, EVENT_TYPE));
        for (int rank = 0; rank < mapping.departments().size(); rank++) {
            tree.add(mapping.departments().get(rank), DEPARTMENT, rank);
        }
        optional.pointers().forEach((field, pointer) -> tree.add(pointer, kind(field)));
        tree.prepare();
        return tree;
    }

    /** A tree of IP addresses only. */
    static FieldTree ofIp(List<JsonPointer> pointers) {
        FieldTree tree = new FieldTree();
        pointers.forEach(pointer -> tree.add(pointer, kind(ClickField.IP)));
        return tree;
    }

    private static int kind(ClickField field) {
        return OPTIONAL << OPTIONAL_FIELDS.indexOf(field);
    }

    private void add(JsonPointer pointer, int field) {
        add(pointer, field, 0);
    }

    private void add(JsonPointer pointer, int field, int placeInOrder) {
        fields |= field;
        if (field == USER) {
            usersInside |= 1 << placeInOrder;
        } else if (field == DEPARTMENT) {
            departmentsInside |= 1 << placeInOrder;
        }
        if (pointer.matches()) {
            kind |= field;
            rank = placeInOrder;
            FieldTree part = new FieldTree();
            part.kind = field;
            part.rank = placeInOrder;
            parts.add(part);
            return;
        }
        FieldTree member =
                members.computeIfAbsent(pointer.getMatchingProperty(), name -> new FieldTree());
        member.add(pointer.tail(), field, placeInOrder);
        // A number may be a member's name as well as an element's place.
        if (pointer.mayMatchElement()) {
            elements.put(pointer.getMatchingIndex(), member);
            lastElement = Math.max(lastElement, pointer.getMatchingIndex());
        }
    }

    /** The node of an object's member; null if it has no field. */
    @Nullable
    FieldTree member(String name) {
        return members.get(name);
    }

    /** The node of an array's element; null if it has no field. */
    @Nullable
    FieldTree element(int index) {
        return index > lastElement ? null : elements.get(index);
    }

    /** Makes members and elements ready to be found by the scanner. */
    private void prepare() {
        members.values().forEach(FieldTree::prepare);
        names = new MemberNames(members);
        indexes = elements.keySet().stream().mapToInt(index -> index).sorted().toArray();
        byIndex = Arrays.stream(indexes).mapToObj(elements::get).toArray(FieldTree[]::new);
    }

    /** The names of an object's members. */
    MemberNames names() {
        return names;
    }

    /** How many elements of an array have a node. */
    int elements() {
        return indexes.length;
    }

    /** The place in an array of the node of a rank, from 0 to {@link #elements}. */
    int index(int place) {
        return indexes[place];
    }

    /** The node of a rank, as {@link #index}. */
    FieldTree byIndex(int place) {
        return byIndex[place];
    }

    /** The number of objects and arrays inside each other that a pointer leads through. */
    int depth() {
        return 1 + members.values().stream().mapToInt(FieldTree::depth).max().orElse(-1);
    }

    /** A field; a different number if there are several fields, or only fields inside. */
    int kind() {
        return kind;
    }

    /** Whether this node is this field, or several fields with it among them. */
    boolean has(ClickField field) {
        return (kind & kind(field)) != 0;
    }

    /** The rank of a user or department among its pointers, starting at 0. */
    int rank() {
        return rank;
    }

    /** The optional field; null if it is another field, or several. */
    @Nullable
    ClickField optional() {
        return kind < OPTIONAL || parts.size() > 1
                ? null
                : OPTIONAL_FIELDS.get(Integer.numberOfTrailingZeros(kind / OPTIONAL));
    }

    /** Each field of a node with several fields. */
    List<FieldTree> parts() {
        return parts;
    }

    /** Clears the fields inside this node. */
    void clear(ClickFields found) {
        if ((fields & USER) != 0) {
            found.clearUsers(usersInside);
        }
        if ((fields & TIME) != 0) {
            found.clearTime();
        }
        if ((fields & EVENT_TYPE) != 0) {
            found.setEventType(null);
        }
        if ((fields & DEPARTMENT) != 0) {
            found.clearDepartments(departmentsInside);
        }
        for (int rest = fields / OPTIONAL; rest != 0; rest &= rest - 1) {
            found.set(OPTIONAL_FIELDS.get(Integer.numberOfTrailingZeros(rest)), null);
        }
    }
}

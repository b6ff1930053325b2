package io.clickstream.event;

/**
 * Texts that a click carries to a keyed operator if the configuration needs them. {@link
 * ClickSerializer} writes them in this order, so a new one goes to the end.
 */
public enum CarriedText {
    /** The id of a click among those of its user. Carried if duplicates are filtered. */
    ID("id", 8, true),
    /** The item that was viewed or bought. Carried if items are ranked, or carts followed. */
    ITEM("item", 64, false),
    /** What an item costs: the literal of a number. Carried if carts are followed. */
    VALUE("value", 4 << Byte.SIZE, false),
    /**
     * The user of a click whose session is that of its anonymous id, as {@link UserId#asIdText()}
     * has it.
     */
    KNOWN_USER("user", 8 << Byte.SIZE, false);

    private static final CarriedText[] ALL = values();

    private final String label;
    private final int flag;
    private final boolean canBeEmpty;

    /**
     * Declares a text.
     *
     * @param label its name in dead letters
     * @param flag a bit of the flags of {@link ClickSerializer} that nothing else uses
     * @param canBeEmpty whether an empty text is a value; otherwise it is as if there were none
     */
    CarriedText(String label, int flag, boolean canBeEmpty) {
        this.label = label;
        this.flag = flag;
        this.canBeEmpty = canBeEmpty;
    }

    /** All texts, in the order in which they are written. The caller must not change the array. */
    static CarriedText[] all() {
        return ALL;
    }

    /** Its name in dead letters. */
    public String label() {
        return label;
    }

    /** Its place in an array of all texts. Never written. */
    @SuppressWarnings("EnumOrdinal") // The order only matters within this process.
    int index() {
        return ordinal();
    }

    /** Its bit of the flags of {@link ClickSerializer}. */
    int flag() {
        return flag;
    }

    /** Whether an empty text is a value. */
    public boolean canBeEmpty() {
        return canBeEmpty;
    }
}

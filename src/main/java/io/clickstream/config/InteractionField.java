package io.clickstream.config;

/** Fields of a record that only interactions need. */
public enum InteractionField {
    /** The item that was viewed or bought: a number or a string. */
    ITEM,
    /** The sender's session id: a number or a string. */
    SESSION_ID,
    /** A value that identifies the interaction: a number or a string. */
    EVENT_ID,
    /** A number, such as a price or a watching time. */
    EVENT_VALUE,
    /** A JSON object, or a string that contains one. */
    PROPERTIES,
    /** The items that were shown with it: a JSON array, or a string that contains one. */
    IMPRESSION,
    /** The recommendation that contained the item: a string. */
    RECOMMENDATION_ID,
    /** The place where the item was shown, for metric attribution: a string. */
    ATTRIBUTION_SOURCE
}

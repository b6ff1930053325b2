package io.clickstream.config;

/** What of a record only an interaction needs. */
public enum InteractionField {
    /** What was looked at or bought: a number or a string. */
    ITEM,
    /** The session as whoever sent the record counts it: a number or a string. */
    SESSION_ID,
    /** What tells the interaction from all others: a number or a string. */
    EVENT_ID,
    /** A number, such as a price or for how long something was watched. */
    EVENT_VALUE,
    /** A JSON object, or a string that holds one. */
    PROPERTIES,
    /** The items that were shown beside: a JSON array, or a string that holds one. */
    IMPRESSION,
    /** The recommendation that the item was in: a string. */
    RECOMMENDATION_ID,
    /** Where the item was shown, for metric attribution: a string. */
    ATTRIBUTION_SOURCE
}

package io.clickstream.config;

/** Settings that need fields of a click which a job does not read otherwise. */
interface NeedsFields {

    /** The same fields, with those that these settings need. */
    OptionalFields addTo(OptionalFields fields);
}

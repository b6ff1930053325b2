/**
 * Sorts the clicks of a bounded input by user and time, in memory as long as they fit, and on disk
 * otherwise.
 */
package io.clickstream.sort;

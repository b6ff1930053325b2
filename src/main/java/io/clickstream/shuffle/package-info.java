/**
 * How clicks get, many at once, from the subtask that read them to the one that has their user's
 * sessions, and records to the thread that archives them.
 */
package io.clickstream.shuffle;

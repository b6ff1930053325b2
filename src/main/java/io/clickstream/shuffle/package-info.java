/**
 * Sends clicks in batches from the subtask that read them to the subtask that has the sessions of
 * their users, and records to the thread that archives them.
 */
package io.clickstream.shuffle;

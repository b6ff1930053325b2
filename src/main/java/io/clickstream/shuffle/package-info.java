/** How clicks get from the subtask that read them to the one that has their user's sessions. */
package io.clickstream.shuffle;

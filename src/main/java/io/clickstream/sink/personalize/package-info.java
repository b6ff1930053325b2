/**
 * Sends interactions to Amazon Personalize, at least once, through the SDK's client and Flink's
 * base of asynchronous sinks. {@link io.clickstream.sink.personalize.PersonalizeWriter} gathers
 * them and keeps in state what Personalize has not confirmed; {@link
 * io.clickstream.sink.personalize.Outbox} puts them in order, by user and session; {@link
 * io.clickstream.sink.personalize.Courier} makes the calls, and spills what an outage leaves into
 * {@link io.clickstream.sink.personalize.UndeliveredFiles}. Every interaction ends in one of three
 * places: delivered, spilled, or with the dead letters.
 */
package io.clickstream.sink.personalize;

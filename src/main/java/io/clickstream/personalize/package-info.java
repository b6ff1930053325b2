/**
 * Everything about Amazon Personalize. {@link io.clickstream.personalize.InteractionReader} makes
 * interactions of records, at the source. {@link
 * io.clickstream.personalize.InteractionSessionOperator} gives a session id to those that have
 * none. The sink sends them, at least once, through the SDK's client and Flink's base of
 * asynchronous sinks: {@link io.clickstream.personalize.PersonalizeWriter} gathers interactions and
 * keeps in state what Personalize has not confirmed; {@link io.clickstream.personalize.Outbox} puts
 * them in order, by user and session; {@link io.clickstream.personalize.Courier} makes the calls,
 * and spills what an outage leaves into {@link io.clickstream.personalize.UndeliveredFiles}. Every
 * interaction ends in one of three places: delivered, spilled, or with the dead letters.
 */
package io.clickstream.personalize;

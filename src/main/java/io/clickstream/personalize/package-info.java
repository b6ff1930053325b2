/**
 * Everything about Amazon Personalize. {@link io.clickstream.personalize.InteractionReader} makes
 * interactions of records, at the source. {@link
 * io.clickstream.personalize.InteractionSessionOperator} adds session ids to those that have none.
 * The sink sends them at least once, with the SDK's client and Flink's base of asynchronous sinks:
 * {@link io.clickstream.personalize.PersonalizeWriter} collects interactions and keeps those that
 * Personalize has not confirmed in its state; {@link io.clickstream.personalize.Outbox} orders them
 * by user and session; {@link io.clickstream.personalize.Courier} makes the calls, and spills
 * interactions to {@link io.clickstream.personalize.UndeliveredFiles} during an outage. Every
 * interaction ends in one of three places: delivered, spilled, or in the dead letters.
 */
package io.clickstream.personalize;

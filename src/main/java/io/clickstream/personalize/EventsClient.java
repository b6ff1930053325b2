package io.clickstream.personalize;

import io.clickstream.config.PersonalizeConfig;
import io.clickstream.event.Interaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.personalizeevents.PersonalizeEventsClient;
import software.amazon.awssdk.services.personalizeevents.PersonalizeEventsClientBuilder;
import software.amazon.awssdk.services.personalizeevents.model.Event;
import software.amazon.awssdk.services.personalizeevents.model.MetricAttribution;
import software.amazon.awssdk.services.personalizeevents.model.PutEventsRequest;

/** Makes {@code PutEvents} calls, each once, and returns the outcome. Thread-safe. */
final class EventsClient implements AutoCloseable {

    /** The outcome of a call. */
    enum Outcome {
        DELIVERED,
        /** Too many calls; waiting helps. */
        THROTTLED,
        /** Personalize permanently refuses these events. */
        REFUSED,
        /** All other failures: waiting helps, or someone must act. */
        FAILED
    }

    /** An outcome with its message. */
    static final class Answer {
        private final Outcome outcome;
        private final String detail;

        Answer(Outcome outcome, String detail) {
            this.outcome = outcome;
            this.detail = detail;
        }

        Outcome outcome() {
            return outcome;
        }

        String detail() {
            return detail;
        }
    }

    /**
     * Errors that are about the events. Other errors with status 400 are about keys and
     * permissions.
     */
    private static final Set<String> REFUSALS =
            Set.of("InvalidInputException", "ValidationException", "SerializationException");

    private static final Pattern TRACKER =
            Pattern.compile("tracking ?id|event ?tracker", Pattern.CASE_INSENSITIVE);

    private static final int TOO_LARGE = 413;
    private static final int TOO_MANY_REQUESTS = 429;

    private final PersonalizeEventsClient client;
    private final String trackingId;

    /**
     * Creates a client, which connects with its first call.
     *
     * @param calls the maximum number of simultaneous calls
     * @throws SdkException if there is no region
     */
    EventsClient(PersonalizeConfig config, int calls) {
        trackingId = config.trackingId();
        PersonalizeEventsClientBuilder builder =
                PersonalizeEventsClient.builder()
                        .httpClientBuilder(
                                ApacheHttpClient.builder()
                                        .maxConnections(calls)
                                        .connectionTimeout(config.requestTimeout())
                                        .socketTimeout(config.requestTimeout()))
                        // Attempts are counted outside, where the order of calls is known.
                        .overrideConfiguration(
                                override ->
                                        override.retryStrategy(AwsRetryStrategy.doNotRetry())
                                                .apiCallTimeout(config.requestTimeout()));
        config.region().ifPresent(region -> builder.region(Region.of(region)));
        config.endpoint().ifPresent(builder::endpointOverride);
        client = builder.build();
    }

    /**
     * Sends events.
     *
     * @param interactions 1 to 10, of one user and session, in order
     */
    Answer put(List<Interaction> interactions) {
        try {
            client.putEvents(request(interactions));
            return new Answer(Outcome.DELIVERED, "");
        } catch (AwsServiceException e) {
            return new Answer(outcome(e), errorMessage(e));
        } catch (SdkException e) {
            return new Answer(Outcome.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static Outcome outcome(AwsServiceException e) {
        if (e.isThrottlingException() || e.statusCode() == TOO_MANY_REQUESTS) {
            return Outcome.THROTTLED;
        }
        if (e.statusCode() == TOO_LARGE) {
            return Outcome.REFUSED;
        }
        // A tracker that is not there would refuse all events alike.
        return e.awsErrorDetails() != null
                        && e.awsErrorDetails().errorCode() != null
                        && REFUSALS.contains(e.awsErrorDetails().errorCode())
                        && !TRACKER.matcher(errorMessage(e)).find()
                ? Outcome.REFUSED
                : Outcome.FAILED;
    }

    private static String errorMessage(AwsServiceException e) {
        return e.awsErrorDetails() == null
                ? "status " + e.statusCode()
                : "status "
                        + e.statusCode()
                        + ", "
                        + e.awsErrorDetails().errorCode()
                        + ": "
                        + e.awsErrorDetails().errorMessage();
    }

    private PutEventsRequest request(List<Interaction> interactions) {
        Interaction first = interactions.get(0);
        List<Event> events = new ArrayList<>(interactions.size());
        interactions.forEach(interaction -> events.add(event(interaction)));
        return PutEventsRequest.builder()
                .trackingId(trackingId)
                .userId(first.user())
                .sessionId(first.session())
                .eventList(events)
                .build();
    }

    private static Event event(Interaction interaction) {
        Event.Builder event =
                Event.builder()
                        .eventId(interaction.eventId())
                        .eventType(interaction.eventType())
                        .itemId(interaction.item())
                        .sentAt(Instant.ofEpochSecond(Math.floorDiv(interaction.time(), 1_000)))
                        .eventValue(interaction.eventValue())
                        .properties(interaction.properties())
                        .recommendationId(interaction.recommendationId());
        if (interaction.impression() != null) {
            event.impression(interaction.impression());
        }
        if (interaction.attributionSource() != null) {
            event.metricAttribution(
                    MetricAttribution.builder()
                            .eventAttributionSource(interaction.attributionSource())
                            .build());
        }
        return event.build();
    }

    @Override
    public void close() {
        client.close();
    }
}

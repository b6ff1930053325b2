package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.metrics.RetryCause;
import io.clickstream.sink.opensearch.RequestSigning.SigningException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OutcomeTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("refused"), RetryCause.CONNECTION),
                Arguments.of(new SocketTimeoutException("70 s"), RetryCause.TIMEOUT),
                Arguments.of(
                        new SigningException(new IllegalStateException("no credentials")),
                        RetryCause.LOGIN));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void namesTheCauseOfARequestWithoutAnAnswer(Exception failure, RetryCause cause) {
        Outcome outcome = Outcome.of(failure);

        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.RETRY);
        assertThat(outcome.cause()).isEqualTo(cause);
    }
}

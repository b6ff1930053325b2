package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.deploy.SlowService.Busy;
import io.clickstream.testing.Certificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The functions in the template {@code full} answer CloudFormation before Lambda ends them. The
 * worst moment for a service to become slow is the last call that a function makes before its time
 * is over. The functions run in real time.
 */
@Execution(ExecutionMode.CONCURRENT)
class SlowServicesTest {

    @TempDir private Path folder;

    /** Most of the test is waiting, so all cases run at once. */
    @Test
    void cloudFormationIsToldInTimeIfAServiceIsSlowAtTheLastMoment() throws Exception {
        Certificate certificate = Certificate.make(folder, "service");
        ExecutorService threads = Executors.newFixedThreadPool(Busy.values().length);
        try {
            List<Future<Void>> cases = new ArrayList<>();
            for (Busy busy : Busy.values()) {
                cases.add(
                        threads.submit(
                                () -> {
                                    try (SlowService service = new SlowService(certificate, busy)) {
                                        trySlowCalls(certificate, busy, service);
                                    }
                                    return null;
                                }));
            }
            for (Future<Void> each : cases) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void trySlowCalls(Certificate certificate, Busy busy, SlowService service)
            throws Exception {
        int last = run(certificate, busy, service, Integer.MAX_VALUE, false);
        assertThat(last).as("calls of %s", busy).isPositive();
        for (boolean succeeds :
                busy.hasNext() ? new boolean[] {false, true} : new boolean[] {false}) {
            // How many calls fit into the time of a function varies by a few.
            int from = last;
            while (run(certificate, busy, service, from, succeeds) < from) {
                from--;
                assertThat(from).as("calls of %s", busy).isPositive();
            }
        }
    }

    /** Runs the function. It fails, in time. Returns how many calls the busy service got. */
    private int run(
            Certificate certificate, Busy busy, SlowService service, int from, boolean succeeds)
            throws Exception {
        service.slowFrom(from, succeeds);
        String properties =
                """
                {"Endpoint": "127.0.0.1:%d", "AccessRole": "arn:access", "Admin": "", "JarBucket": "jars",
                 "JarKey": "clickstream/job.jar", "ClusterArn": "%s", "Name": "shop", "DatasetGroupArn": "%s",
                 "DomainName": "shop-domain", "ApplicationId": "a1b2"%s}
                """
                        .formatted(
                                service.port(),
                                InlineFunction.CLUSTER,
                                InlineFunction.DATASET_GROUP,
                                busy.resource.equals("JobAccess")
                                        ? ", \"JobRole\": \"arn:job\""
                                        : "");

        String printed =
                new InlineFunction(
                                Files.createTempDirectory(folder, busy.name()),
                                certificate,
                                service.port(),
                                service.cloudFormationPort())
                        .run(busy.resource, "Create", properties, null, busy.seconds);

        String what = "%s, slow from call %d on: %s".formatted(busy, from, printed);
        assertThat(service.responses()).as(what).hasSize(1);
        assertThat(service.responses().get(0).get("Status").asText()).as(what).isEqualTo("FAILED");
        assertThat(service.responses().get(0).get("Reason").asText())
                .as(what)
                .containsAnyOf(
                        "timed out",
                        "Read timeout",
                        "no time left",
                        "Throttling",
                        "503",
                        "SlowDown",
                        "PENDING");
        return service.calls();
    }
}

package io.clickstream.personalize;

import io.clickstream.config.PersonalizeConfig;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Checks before the start whether there are a region and credentials. Personalize itself cannot be
 * checked, because its only call sends events.
 */
public final class PersonalizeStartCheck {

    /** The problems, one sentence each. */
    public static List<String> problems(PersonalizeConfig config) {
        List<String> problems = new ArrayList<>();
        try {
            new EventsClient(config, 1).close();
        } catch (SdkException e) {
            problems.add(
                    "`sink.personalize / region` is not set, and the AWS SDK finds no region: "
                            + e.getMessage());
        }
        try (DefaultCredentialsProvider credentials =
                DefaultCredentialsProvider.builder().build()) {
            credentials.resolveCredentials();
        } catch (SdkException e) {
            problems.add(
                    "group `sink.personalize` needs AWS credentials with the permission"
                            + " personalize:PutEvents, and the AWS SDK finds none: "
                            + e.getMessage());
        }
        return problems;
    }

    private PersonalizeStartCheck() {}
}

package io.clickstream.testing;

import java.util.Map;

/** What the AWS SDK's default chain finds in this JVM; environment variables aside. */
public final class AwsCredentials implements AutoCloseable {

    public static final String ACCESS_KEY = "AKIDEXAMPLE";
    public static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static final Map<String, String> ELSEWHERE =
            Map.of(
                    "aws.disableEc2Metadata", "true",
                    "aws.sharedCredentialsFile", "target/no-credentials",
                    "aws.configFile", "target/no-config");

    private AwsCredentials() {
        ELSEWHERE.forEach(System::setProperty);
    }

    /** Nothing, until {@link #appear}. */
    public static AwsCredentials none() {
        return new AwsCredentials();
    }

    public static AwsCredentials some() {
        AwsCredentials credentials = new AwsCredentials();
        credentials.appear();
        return credentials;
    }

    public void appear() {
        System.setProperty("aws.accessKeyId", ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", SECRET_KEY);
    }

    @Override
    public void close() {
        ELSEWHERE.keySet().forEach(System::clearProperty);
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }
}

package io.clickstream.flink;

/** The version of Flink that this jar is built for. */
public final class BuiltFor {

    /** Returns its first two numbers, such as {@code 2.2}. */
    public static String flink() {
        return "1.20";
    }

    private BuiltFor() {}
}

package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.deploy.DeployRun.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What scripts/deploy.sh does with stacks that are not as a deployment of today leaves them: made
 * by an older template, half made, or at work. Nothing that holds data is deleted unless told.
 */
@Execution(ExecutionMode.CONCURRENT)
class DeployOlderStackITCase {

    /** The templates of version 0.1.0, whose names of streams and of the domain are literals. */
    private static final Path OLDER = Path.of("src", "test", "resources", "deploy", "0.1.0");

    private static final Path NOW = Path.of("cloudformation");
    private static final String KEY = "clickstream/0123456789abcdef-old.jar";
    private static final String STREAM_ARN =
            "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks";
    private static final List<String> RESULTS =
            List.of(
                    "ClickEvents_UserId_Agg_Result",
                    "DeadLetters",
                    "Departments_Agg",
                    "User_Sessions_Aggregates_With_Order_Checkout");

    @TempDir private Path folder;
    private DeployAccount account;
    private DeployRun run;
    private Path jar;

    @BeforeEach
    void prepare() throws Exception {
        account = DeployAccount.empty();
        run = new DeployRun(folder, account);
        jar = run.jar("new.jar", "click-source");
        account.put("jars/" + KEY, "a jar");
        account.put("jars/" + KEY + ".uids", "click-source\n");
    }

    @AfterEach
    void requestsFitTheModel() throws Exception {
        if (account == null) {
            // The test was skipped, for want of a tool.
            return;
        }
        JsonNode state = account.state();
        assertThat(state.get("invalid")).isEmpty();
        assertThat(state.get("refusals")).isEmpty();
    }

    private void haveApplication(Path templates, Map<String, String> more) throws Exception {
        Map<String, String> parameters =
                new HashMap<>(
                        Map.of(
                                "JarBucket",
                                "jars",
                                "JarKey",
                                KEY,
                                "Source",
                                "kinesis",
                                "StreamArn",
                                STREAM_ARN));
        parameters.putAll(more);
        account.makeStack("shop", templates.resolve("application.yaml"), parameters);
        account.status("shop", "RUNNING");
        jar = jarOf(templates);
    }

    /** Makes a stack of the template full, and gives the name of its application. */
    private String haveFull(Path templates, Map<String, String> more) throws Exception {
        account.put("jars/inner.yaml", Files.readString(templates.resolve("application.yaml")));
        Map<String, String> parameters =
                new HashMap<>(
                        Map.of(
                                "JarBucket",
                                "jars",
                                "JarKey",
                                KEY,
                                "Source",
                                "kinesis",
                                "ApplicationTemplateUrl",
                                "https://jars.s3.eu-central-1.amazonaws.com/inner.yaml"));
        parameters.putAll(more);
        account.makeStack("shop", templates.resolve("full.yaml"), parameters);
        String name = account.state().get("applications").fieldNames().next();
        account.status(name, "RUNNING");
        jar = jarOf(templates);
        return name;
    }

    /** The older templates know one version of Flink, and an update of their stacks stays on it. */
    private Path jarOf(Path templates) throws Exception {
        return templates.equals(OLDER) ? run.jarFor("1.20.5", "new.jar", "click-source") : jar;
    }

    private Result update(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("update", "--stack", "shop"));
        arguments.addAll(List.of("--jar-bucket", "jars", "--jar", jar.toString()));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    private String text(String... call) throws Exception {
        List<String> words = new ArrayList<>(List.of(call));
        words.addAll(List.of("--output", "text"));
        return run.aws(words.toArray(String[]::new)).text();
    }

    private List<String> streams() throws Exception {
        return List.of(
                text("kinesis", "list-streams", "--query", "StreamNames").trim().split("\\s+"));
    }

    private List<String> parameters(String stack) throws Exception {
        return text(
                        "cloudformation",
                        "describe-stacks",
                        "--stack-name",
                        stack,
                        "--query",
                        "Stacks[0].Parameters[].[ParameterKey, ParameterValue]")
                .lines()
                .toList();
    }

    private List<String> consumers() throws Exception {
        return text(
                        "kinesis",
                        "list-stream-consumers",
                        "--stream-arn",
                        STREAM_ARN,
                        "--query",
                        "Consumers[].[ConsumerName]")
                .lines()
                .toList();
    }

    private void haveConsumers(String... names) throws Exception {
        run.aws("kinesis", "create-stream", "--stream-name", "clicks", "--shard-count", "1");
        for (String name : names) {
            run.aws(
                    "kinesis",
                    "register-stream-consumer",
                    "--stream-arn",
                    STREAM_ARN,
                    "--consumer-name",
                    name);
        }
    }

    // --- Older templates

    /** CloudFormation deletes a stream whose name changes, with all that is in it. */
    @Test
    void keepsTheStreamsAndTheDomainOfAnOlderStack() throws Exception {
        String application = haveFull(OLDER, Map.of());
        List<String> before = streams();
        assertThat(before).containsAll(RESULTS).hasSize(5);

        Result result = update("--set", "Parallelism=4");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(streams()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(account.state().get("replaced")).isEmpty();
        assertThat(parameters("shop"))
                .contains(
                        "DepartmentsName\tDepartments_Agg",
                        "SessionsName\tClickEvents_UserId_Agg_Result",
                        "CheckoutsName\tUser_Sessions_Aggregates_With_Order_Checkout",
                        "DeadLettersName\tDeadLetters",
                        "DomainName\tclickstream",
                        "Parallelism\t4");
        // The stack within it was updated, and is not another one.
        assertThat(account.application(application).get("jar").asText())
                .isEqualTo(DeployRun.key(jar));
        assertThat(account.calls()).doesNotContain("DeleteApplication");
        assertThat(parameters(application)).contains("DepartmentsName\tDepartments_Agg");
    }

    /** A stack of a template in between named its domain by other digits of its id. */
    @Test
    void keepsTheNameOfADomainThatNoParameterHas() throws Exception {
        haveFull(NOW, Map.of("Trending", "department"));
        List<String> before = streams();
        String domain =
                text(
                                "cloudformation",
                                "describe-stack-resources",
                                "--stack-name",
                                "shop",
                                "--query",
                                "StackResources[?LogicalResourceId=='Domain'].PhysicalResourceId")
                        .trim();
        assertThat(domain).startsWith("clickstream-");

        Result result = update();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(streams()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(parameters("shop"))
                .contains("DomainName\t" + domain, "TrendingName\tshop-Trending");
    }

    /** The job would write to streams that nobody reads, or that are not there. */
    @Test
    void writesToTheSameStreamsAsAnOlderApplication() throws Exception {
        haveApplication(OLDER, Map.of("Trending", "department"));

        Result result = update();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(parameters("shop"))
                .contains("DepartmentsName\tDepartments_Agg", "TrendingName\tTrending");
    }

    @Test
    void writesToTheSameTopicsAsAnOlderApplication() throws Exception {
        haveApplication(
                OLDER,
                Map.of(
                        "Source",
                        "msk",
                        "BootstrapServers",
                        "broker:9098",
                        "MskClusterArn",
                        "arn:aws:kafka:eu-central-1:123456789012:cluster/shop/1a2b-3"));

        Result result = update();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(parameters("shop"))
                .contains("DepartmentsName\tDepartments_Agg", "DeadLettersName\tDeadLetters");
    }

    @Test
    void doesNotMakeAClusterAnewThatHasTwoBrokers() throws Exception {
        haveFull(OLDER, Map.of("Source", "msk"));

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the cluster of the stack shop has brokers in two zones")
                .contains("nothing was changed")
                .contains(
                        "'scripts/deploy.sh deploy --stack shop-2 --template full --source msk"
                                + " --jar-bucket jars --jar ");
        assertThat(run.operations()).doesNotContain("s3api put-object", "cloudformation deploy");
    }

    /** The consumers of older applications were all named so, and are paid for by the hour. */
    @Test
    void deregistersTheConsumerOfAnOlderApplication() throws Exception {
        haveApplication(OLDER, Map.of("Reader", "efo"));
        haveConsumers("clickstream", "other");

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(consumers()).containsExactly("other");
    }

    @Test
    void deregistersTheConsumerThatAnUpdateLeaves() throws Exception {
        haveApplication(OLDER, Map.of("Reader", "efo"));
        haveConsumers("clickstream", "shop");

        Result result = update();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(consumers()).containsExactly("shop");
    }

    @Test
    void deregistersTheConsumerThatARollbackLeaves() throws Exception {
        haveApplication(OLDER, Map.of("Reader", "efo"));
        assertThat(update().exit()).isZero();
        haveConsumers("clickstream", "shop");

        Result result = run.deploy("rollback", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(consumers()).containsExactly("clickstream");
    }

    /** Today the name may be another stack's. */
    @Test
    void leavesAConsumerAloneThatIsNotItsOwn() throws Exception {
        haveApplication(NOW, Map.of("Reader", "efo"));
        haveConsumers("clickstream", "shop");

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(consumers()).containsExactly("clickstream");
    }

    // --- What can't change

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Source=msk | Source is 'kinesis' and can't become 'msk'",
                "VpcCidr=10.0.0.0/16 | VpcCidr is '10.71.0.0/20' and can't become '10.0.0.0/16'",
                "Zones=a,b | Zones is '' and can't become 'a,b'",
                "KmsKeyArn=arn:aws:kms:eu-central-1:123456789012:key/1 | KmsKeyArn is ''",
                "DomainName=other | DomainName is 'mine' and can't become 'other'",
                "DepartmentsName=other | DepartmentsName is 'shop-Departments_Agg' and can't"
                        + " become",
            })
    void refusesAParameterThatMakesSomethingAnew(String parameter, String message)
            throws Exception {
        haveFull(NOW, Map.of("DomainName", "mine"));

        Result result = update("--set", parameter, "--yes", "--allow-lost-state");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text()).contains(message).contains("nothing was changed");
        assertThat(run.operations()).doesNotContain("s3api put-object", "cloudformation deploy");
    }

    /** By the same names, that is, the ones that are there. */
    @Test
    void takesAParameterThatSaysWhatIs() throws Exception {
        haveFull(NOW, Map.of("DomainName", "mine"));

        Result result =
                update("--set", "DepartmentsName=shop-Departments_Agg", "--source", "kinesis");

        assertThat(result.exit()).as(result.text()).isZero();
    }

    @Test
    void deletesWhatAParameterMadeOnlyIfTold() throws Exception {
        haveFull(NOW, Map.of("Trending", "department"));

        Result refused = update("--set", "Trending=none");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.text())
                .contains("Trending is 'department' and can't become 'none'")
                .contains("delete the stream of its results")
                .contains("use --yes");
        assertThat(run.operations()).doesNotContain("cloudformation deploy");
        Result dry = update("--set", "Trending=none", "--dry-run");
        assertThat(dry.exit()).as("a dry run refuses what the command refuses").isEqualTo(1);

        Result told = update("--set", "Trending=none", "--yes");
        assertThat(told.exit()).as(told.text()).isZero();
        assertThat(parameters("shop")).contains("Trending\tnone");
    }

    /** The positions in a stream are none in a topic. */
    @Test
    void losesTheStateWithAnotherSourceOnlyIfTold() throws Exception {
        haveApplication(NOW, Map.of());
        String[] change = {
            "--source",
            "msk",
            "--set",
            "BootstrapServers=broker:9098",
            "--set",
            "MskClusterArn=arn:aws:kafka:eu-central-1:123456789012:cluster/shop/1a2b-3"
        };

        Result refused = update(change);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.text()).contains("Source is kinesis and can't become msk");

        List<String> told = new ArrayList<>(List.of(change));
        told.add("--allow-lost-state");
        Result result = update(told.toArray(String[]::new));
        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.application("shop").get("runConfiguration").toString())
                .contains("SKIP_RESTORE_FROM_SNAPSHOT");
    }

    /** In this status only an update starts the application, and with its state. */
    @Test
    void losesNoStateOfAnApplicationThatWasRolledBack() throws Exception {
        haveApplication(NOW, Map.of());
        account.status("shop", "ROLLED_BACK");

        Result result = update("--set", "MaxParallelism=256", "--allow-lost-state");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("state would be lost, but the application shop is ROLLED_BACK")
                .contains("nothing was changed; get it RUNNING with 'scripts/deploy.sh rollback");
        assertThat(account.calls()).containsOnly("DescribeApplication");
        assertThat(run.operations()).doesNotContain("s3api put-object", "cloudformation deploy");
    }

    @Test
    void losesNoStateOfOperatorsOfAnApplicationThatWasRolledBack() throws Exception {
        haveApplication(NOW, Map.of());
        account.put("jars/" + KEY + ".uids", "click-source\ncounts\n");
        account.status("shop", "ROLLED_BACK");

        Result result = update("--allow-lost-state");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text()).contains("the application shop is ROLLED_BACK");
        assertThat(account.calls()).containsOnly("DescribeApplication");
    }

    // --- Stacks that were not made whole

    @ParameterizedTest
    @ValueSource(strings = {"CREATE_FAILED", "UPDATE_ROLLBACK_COMPLETE", "DELETE_FAILED"})
    void stopsTheApplicationOfAStackWithoutOutputs(String status) throws Exception {
        haveApplication(OLDER, Map.of("Reader", "efo"));
        haveConsumers("clickstream");
        account.changeStack("shop", status, false);

        Result shown = run.deploy("status", "--stack", "shop");
        assertThat(shown.exit()).as(shown.text()).isZero();
        assertThat(shown.text())
                .contains("RUNNING since ", "the stack is " + status)
                .contains("#dashboards/dashboard/shop");
        assertThat(run.deploy("logs", "--stack", "shop").exit()).isZero();

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");
        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls()).containsSubsequence("StopApplication", "DeleteApplication");
        assertThat(consumers()).isEmpty();
    }

    @Test
    void stopsTheApplicationInTheStackWithinAStackWithoutOutputs() throws Exception {
        String application = haveFull(NOW, Map.of());
        account.changeStack("shop", "CREATE_FAILED", false);

        Result shown = run.deploy("status", "--stack", "shop");
        assertThat(shown.exit()).as(shown.text()).isZero();
        assertThat(shown.text()).contains("RUNNING since ", "#dashboards/dashboard/" + application);

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");
        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls()).containsSubsequence("StopApplication", "DeleteApplication");
    }

    @Test
    void saysWhatAStackIsThatHasNoApplication() throws Exception {
        haveApplication(NOW, Map.of());
        account.changeStack("shop", "CREATE_FAILED", false, "Application");
        account.control(Map.of("gone", List.of("shop")));

        Result shown = run.deploy("status", "--stack", "shop");
        assertThat(shown.exit()).as(shown.text()).isZero();
        assertThat(shown.text())
                .contains("status       the stack is CREATE_FAILED and has no application")
                .contains("failed       Application: No more roles")
                .contains("'scripts/deploy.sh destroy --stack shop --yes'")
                .doesNotContain("not created from a template of this project");

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");
        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls()).doesNotContain("StopApplication");
    }

    // --- Stacks of others

    private void haveForeignStack() throws Exception {
        Path template =
                Files.writeString(
                        folder.resolve("foreign.yaml"),
                        """
                        Parameters:
                          JarKey: {Type: String}
                        Resources:
                          Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: of-others}}
                        Outputs:
                          ApplicationName: {Value: theirs}
                        """);
        account.makeStack("shop", template, Map.of("JarKey", "their.jar"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy", "update", "rollback", "destroy"})
    void doesNotTouchAStackOfAnotherProject(String command) throws Exception {
        haveForeignStack();

        Result result = change(command, "shop");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("the stack shop was not created from a template of this project")
                .contains("nothing was changed; specify another one with --stack");
        assertThat(run.operations()).containsOnly("cloudformation describe-stacks");
    }

    /** The stack around it would no longer be what its template says. */
    @ParameterizedTest
    @ValueSource(strings = {"deploy", "update", "rollback", "destroy"})
    void doesNotChangeTheStackWithinAStack(String command) throws Exception {
        String application = haveFull(NOW, Map.of());

        Result result = change(command, application);

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("the stack " + application + " is a part of the stack shop")
                .contains("nothing was changed; use --stack shop\n");
        assertThat(run.operations()).containsOnly("cloudformation describe-stacks");
        assertThat(run.deploy("status", "--stack", application).exit()).isZero();
    }

    /** A change set that never ran leaves a stack without parameters. */
    @Test
    void destroysAStackOfAChangeSetOnlyIfItHasNoResources() throws Exception {
        haveForeignStack();
        account.changeStack("shop", "REVIEW_IN_PROGRESS", false);

        Result full = change("destroy", "shop");
        assertThat(full.exit()).as(full.text()).isEqualTo(1);
        assertThat(full.text()).contains("the stack shop was not created from a template");
        assertThat(run.operations()).doesNotContain("cloudformation delete-stack");

        account.changeStack("shop", "REVIEW_IN_PROGRESS", false, "Log");
        Result empty = change("destroy", "shop");
        assertThat(empty.exit()).as(empty.text()).isZero();
        assertThat(run.operations()).contains("cloudformation delete-stack");
    }

    private Result change(String command, String stack) throws Exception {
        return switch (command) {
            case "deploy", "update" ->
                    run.deploy(
                            command, "--stack", stack, "--jar-bucket", "jars", "--jar", jar + "");
            default -> run.deploy(command, "--stack", stack, "--yes");
        };
    }

    // --- Stacks that are at work

    @ParameterizedTest
    @ValueSource(strings = {"update", "rollback", "destroy"})
    void doesNothingWhileAStackIsAtWork(String command) throws Exception {
        haveApplication(NOW, Map.of());
        for (String status :
                List.of("UPDATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS")) {
            account.changeStack("shop", status, true);

            Result result =
                    switch (command) {
                        case "update" -> update();
                        case "destroy" -> run.deploy("destroy", "--stack", "shop", "--yes");
                        default -> run.deploy(command, "--stack", "shop");
                    };

            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.text())
                    .contains("the stack shop is being changed: it is " + status)
                    .contains("wait until 'scripts/deploy.sh status --stack shop' shows another");
            assertThat(result.text().contains("aws cloudformation cancel-update-stack"))
                    .isEqualTo(status.equals("UPDATE_IN_PROGRESS"));
        }
        assertThat(account.calls()).isEmpty();
        assertThat(run.operations()).containsOnly("cloudformation describe-stacks");
        Result shown = run.deploy("status", "--stack", "shop");
        assertThat(shown.text()).contains("next         wait: the stack is being changed");
    }
}

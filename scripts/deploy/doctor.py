"""The command doctor."""

import http.client
import json
import os
import urllib.request

from application import Application, groups_of
from calls import CallFailed
from jar import PROJECT
from needs import Needs
from status import jar_of

SECONDS = 5

#: What services say to those who may not look. S3 says it without a name of the error where an answer has no body.
DENIED = {"403", "AccessDenied", "AccessDeniedException", "ForbiddenException", "UnauthorizedOperation"}


def doctor(task):
    """Compares what is deployed with what the application needs. Gives 1 if anything is missing."""
    stack, calls = task.stack, task.calls
    stack.need()
    application = Application(calls, stack, stack.application_name())
    detail = application.describe()
    report = Report(calls)
    report.check(f"the stack is {stack.status}", stack.status.endswith("_COMPLETE") and not stack.status.startswith("ROLLBACK"))
    report.check(f"the application is {detail['ApplicationStatus']}", detail["ApplicationStatus"] == "RUNNING")
    needs = Needs(detail, groups_of(detail), stack.application_parameters(), jar_of(detail))
    _check_jar(report, calls, needs)
    expected = stack.parameters.get("JarKey", needs.jar[1])
    report.check(f"the application runs the stack's jar {expected}", needs.jar[1] == expected)
    _check_logs(report, calls, needs)
    _check_streams(report, calls, needs)
    _check_cluster(report, calls, needs)
    _check_buckets(report, calls, needs)
    _check_domain(report, calls, needs)
    _check_permissions(report, calls, needs, detail["ServiceExecutionRole"])
    return report.end()


class Report:
    def __init__(self, calls):
        self._calls = calls
        self._missing = 0

    def check(self, what, there):
        self._missing += not there
        self._calls.result(f"{'ok' if there else 'missing':<9}{what}")

    def unseen(self, what):
        self._calls.result(f"{'unseen':<9}{what}")

    def found(self, what, call, expected=None):
        """Makes a call. What it asks for is there if it answers, and if its answer is one of those expected."""
        try:
            answer = self._calls.read(*call)
        except CallFailed as failed:
            if failed.is_absence():
                self.check(f"{what}: {failed}", False)
            elif failed.code() in DENIED:
                self.unseen(f"{what}: you do not have the permission to check it")
            else:
                self.unseen(f"{what}: {failed}")
            return
        if expected is None or expected == [answer]:
            self.check(what, True)
        else:
            self.check(f"{what} is {answer}", answer in expected)

    def end(self):
        self._calls.result(f"{self._missing} missing" if self._missing else "nothing is missing that can be checked")
        return 1 if self._missing else 0


def _check_jar(report, calls, needs):
    bucket, key = needs.jar
    report.found(f"the jar s3://{bucket}/{key}", ["s3api", "head-object", "--bucket", bucket, "--key", key])


def _check_logs(report, calls, needs):
    if not needs.log_streams:
        report.check("the application has no log stream: its log is not kept", False)
    for group, stream in needs.log_streams:
        report.found(f"the log stream {stream} of {group}",
                     ["logs", "describe-log-streams", "--log-group-name", group, "--log-stream-name-prefix", stream, "--query",
                      "logStreams[0].logStreamName"], [stream])


def _check_streams(report, calls, needs):
    for stream in needs.streams:
        report.found(f"the stream {stream}",
                     ["kinesis", "describe-stream-summary", "--stream-name", stream.rpartition("/")[2], "--query",
                      "StreamDescriptionSummary.StreamStatus"], ["ACTIVE", "UPDATING"])


def _check_cluster(report, calls, needs):
    if needs.cluster:
        report.found(f"the cluster {needs.cluster}",
                     ["kafka", "describe-cluster-v2", "--cluster-arn", needs.cluster, "--query", "ClusterInfo.State"],
                     ["ACTIVE", "HEALING", "MAINTENANCE", "REBOOTING_BROKER", "UPDATING"])
    if needs.topics:
        report.unseen(f"the topics {', '.join(needs.topics)}: only the brokers can list them. The job creates the topics for "
                      "results; the topic of clicks must exist")


def _check_buckets(report, calls, needs):
    for bucket in sorted({bucket for bucket, _ in needs.folders}):
        report.found(f"the bucket {bucket}", ["s3api", "head-bucket", "--bucket", bucket])


def _check_domain(report, calls, needs):
    if needs.domain:
        report.found(f"the domain {needs.domain}",
                     ["opensearch", "describe-domain", "--domain-name", needs.domain.rpartition("/")[2], "--query",
                      "DomainStatus.ARN"], [needs.domain])
    if needs.endpoint:
        _check_index_templates(report, needs.endpoint)


def _check_index_templates(report, endpoint):
    """Asks the domain without a signature, so only one that is open to this machine tells."""
    files = sorted(os.listdir(os.path.join(PROJECT, "src", "main", "opensearch", "index-templates")))
    names = [file.rpartition(".")[0] for file in files]
    try:
        with urllib.request.urlopen(f"{endpoint.rstrip('/')}/_index_template", timeout=SECONDS) as answer:
            there = {each["name"] for each in json.load(answer)["index_templates"]}
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException) as error:
        # OSError: no connection, or an HTTP status. ValueError: no address, or no JSON. The others: another service's answer.
        why = "it requires signed requests" if getattr(error, "code", 0) in (401, 403) else f"{type(error).__name__}: {error}"
        report.unseen(f"the index templates {', '.join(names)}: {endpoint} can't be queried from this machine ({why}). "
                      "scripts/opensearch-setup.sh creates them")
        return
    for name in names:
        report.check(f"the index template {name}", name in there)


def _check_permissions(report, calls, needs, role):
    for actions, resources in needs.permissions():
        try:
            results = calls.read("iam", "simulate-principal-policy", "--policy-source-arn", role, "--action-names", *actions,
                                 "--resource-arns", *resources, "--query",
                                 "EvaluationResults[].[EvalActionName, EvalResourceName, EvalDecision]")
        except CallFailed as failed:
            report.unseen(f"whether the role has {', '.join(actions)} on {', '.join(resources)}: {failed}")
            continue
        denied = [(action, resource) for action, resource, decision in results if decision != "allowed"]
        for action, resource in denied:
            report.check(f"the role lacks {action} on {resource}", False)
        if not denied:
            report.check(f"the role has {', '.join(actions)} on {', '.join(resources)}", True)

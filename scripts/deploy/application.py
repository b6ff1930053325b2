"""The application in the managed service: what its status allows, and how it is started and stopped."""

import datetime
import email.utils
import json
import time

from calls import CallFailed, Late, Stop
from flink import is_older, told, uptime, version_of

#: Nothing happens to the application by itself. All other statuses pass, and are waited out.
SETTLED = {"READY", "RUNNING", "ROLLED_BACK"}

#: StopApplication with Force is allowed in these, and without Force in RUNNING only.
FORCIBLE = {"STARTING", "UPDATING", "STOPPING", "AUTOSCALING", "RUNNING"}

#: What a job that was started may be in for a while. It fell if it is in another one.
UP = {"RUNNING", "STARTING", "UPDATING", "AUTOSCALING", "MAINTENANCE", "ROLLING_BACK", "STOPPING", "FORCE_STOPPING"}

NAMESPACE = "AWS/KinesisAnalytics"


def groups_of(detail):
    """The property groups of an application, by their names."""
    groups = detail.get("ApplicationConfigurationDescription", {}).get("EnvironmentPropertyDescriptions", {})
    return {each["PropertyGroupId"]: each["PropertyMap"] for each in groups.get("PropertyGroupDescriptions", [])}


def moment(value):
    """A time as the aws command prints it: version 2 in one way, version 1 as the service sent it."""
    if isinstance(value, (int, float)):
        time = datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    elif value[:1].isalpha():
        time = email.utils.parsedate_to_datetime(value)
    else:
        time = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return time.astimezone(datetime.timezone.utc)


def restoring(snapshot):
    """What a start is told so that it restores a snapshot."""
    return {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": snapshot}}


class Application:
    def __init__(self, calls, stack, name):
        self._calls = calls
        self._stack = stack
        self.name = name

    # --- What it is

    def describe(self):
        return self._calls.read("kinesisanalyticsv2", "describe-application", "--application-name", self.name,
                                or_stop=self._unseen())["ApplicationDetail"]

    def settle(self, assume):
        """Waits out a passing status, and gives the status after it.

        assume: the status that a dry run goes on with after a change
        """
        try:
            return self._calls.until("the application", self._status_call(), SETTLED, assume, or_stop=self._unseen())
        except Late as late:
            raise self._unsettled(late) from None

    def jar_key(self, assume):
        detail = self._calls.read(
            "kinesisanalyticsv2", "describe-application", "--application-name", self.name, "--query",
            "ApplicationDetail.ApplicationConfigurationDescription.ApplicationCodeConfigurationDescription"
            ".CodeContentDescription.S3ApplicationCodeLocationDescription.FileKey",
            assume=assume, or_stop=self._unseen())
        return detail

    def need_update(self, changed, way_out):
        """Refuses to go on with an application that only an update starts if the stack had nothing to change.

        changed: whether the stack was changed
        way_out: what the user can do
        """
        if not changed and self.settle("RUNNING") == "ROLLED_BACK":
            raise Stop(f"the application {self.name} is ROLLED_BACK, and there is nothing to change in the stack {self._stack.name}: "
                       "the service starts the application only with an update that changes it",
                       f"see '{self.hint('logs --errors')}' for the cause; then {way_out}", self.last_failure())

    def need_jar(self, key, todo):
        """Refuses to call it a success if the service has gone back to another jar while the caller waited."""
        status = self.settle("RUNNING")
        running = self.jar_key(key)
        if status == "ROLLED_BACK" or running != key:
            raise self.went_back(running, key, status, todo)

    def need_runtime(self, runtime):
        """Refuses to call it a success if the service has gone back to another Flink version."""
        running = self._calls.read("kinesisanalyticsv2", "describe-application", "--application-name", self.name, "--query",
                                   "ApplicationDetail.RuntimeEnvironment", assume=runtime, or_stop=self._unseen())
        if running != runtime:
            raise Stop(f"the application {self.name} did not run on {told(runtime)}: it is on {told(running)} again, where the "
                       "service went back to, with its state",
                       f"see '{self.hint('logs --errors')}', and check that the jar is built for {told(runtime)}; then "
                       f"{self.undo_move(running)}", self.last_failure())

    def undo_move(self, former):
        """What the user can do after the service undid a move. Until then, alarms watch the metrics of the wrong version."""
        return (f"'{self.hint('update --flink ' + version_of(former))}' puts the stack back to {told(former)} and keeps the state, and "
                f"'{self.hint('rollback')}' restores the stack, too, but reads the clicks since its snapshot again, so that topics "
                "and streams get their results twice")

    def went_back(self, running, wanted, status, todo):
        """What to say if the service did not keep an update, or if somebody else made another one."""
        try:
            self._stack.look()
        except Stop:
            # What the service did is told all the same.
            pass
        key = self._stack.parameters.get("JarKey", wanted)
        if key != wanted:
            return Stop(f"another command changed the stack {self._stack.name} meanwhile: its jar is {key}, and no longer {wanted}; "
                        f"the application is {status}",
                        f"see '{self.hint('status')}', and ask who else works on the stack before you change it again")
        what = "the new jar did not run" if running != wanted else f"the application {self.name} did not run with the update"
        return Stop(f"{what}: the service rolled back to {running}, with its state; the application is {status}",
                    f"see '{self.hint('logs --errors')}'; {todo}", self.last_failure())

    def snapshots(self):
        """All snapshots, the oldest first."""
        found = self._calls.read("kinesisanalyticsv2", "list-application-snapshots", "--application-name", self.name,
                                 or_stop=lambda failed: self._unread(
                                     failed, f"the snapshots of {self.name} can't be listed",
                                     "nothing was changed; check that you have the permission "
                                     "kinesisanalytics:ListApplicationSnapshots, and try again"))
        return sorted((found or {}).get("SnapshotSummaries") or [], key=lambda each: moment(each["SnapshotCreationTimestamp"]))

    def start_configuration(self, runtime):
        """What a start on a runtime is told so that it restores the newest snapshot that this runtime can restore.

        Nothing if that is the latest snapshot, which a start takes by itself; None if there is only what it can't restore.
        """
        ready = [each for each in self.snapshots() if each["SnapshotStatus"] == "READY"]
        readable = [each for each in ready if not is_older(runtime, each.get("RuntimeEnvironment", runtime))]
        if ready[-1:] == readable[-1:]:
            return {}
        return restoring(readable[-1]["SnapshotName"]) if readable else None

    # --- What is done to it

    def start(self, run_configuration, way_on):
        """Starts it, and waits until it runs.

        way_on: the command that starts it another time
        """
        self._calls.say(f"Starting the application {self.name}")
        self._act({"READY"}, ["start-application", "--run-configuration", run_configuration],
                  f"the application {self.name} can't be started", f"fix the cause, then '{way_on}' continues from here")
        status = self.settle("RUNNING")
        if status != "RUNNING":
            back = "" if " rollback" in way_on else f"'{self.hint('rollback')}' or "
            raise Stop(f"the application {self.name} did not start: it is {status}",
                       f"see '{self.hint('logs --errors')}'; fix the cause, then '{way_on}' continues from here, or run "
                       f"{back}'{self.hint('destroy --yes')}'", self.last_failure())

    def start_hint(self, run):
        """How the user starts it.

        run: what the start is to be told
        """
        more = ["--run-configuration", json.dumps(run)] if run else []
        return self._calls.aws_hint("kinesisanalyticsv2", "start-application", "--application-name", self.name, *more)

    def stop(self):
        """Stops it with a snapshot, which the service takes by itself."""
        self._calls.say(f"Stopping the application {self.name}")
        self._act({"RUNNING"}, ["stop-application"], f"the application {self.name} can't be stopped",
                  "nothing was changed; try again when it is RUNNING")
        self._await_stop()

    def rest(self):
        """Waits out a passing status, and gives the status after it, or one that does not pass in time and that force ends."""
        try:
            return self._calls.until("the application", self._status_call(), SETTLED, "RUNNING", or_stop=self._unseen())
        except Late as late:
            if str(late) not in FORCIBLE:
                raise self._unsettled(late) from None
            return str(late)

    def stop_by_force(self):
        """Stops it without a snapshot if the service allows it, and gives the status then.

        A status that does not pass in time is ended by force, which is what Force is for.
        """
        status = self.rest()
        if status not in FORCIBLE:
            return status
        self._calls.say(f"Stopping the application {self.name}")
        self._act(FORCIBLE, ["stop-application", "--force"], f"the application {self.name} can't be stopped",
                  "try again when it is RUNNING", status)
        return self._await_stop()

    def take_snapshot(self, snapshot):
        self._calls.say(f"Taking the snapshot {snapshot}")
        self._act({"RUNNING"}, ["create-application-snapshot", "--snapshot-name", snapshot],
                  f"the snapshot {snapshot} of {self.name} can't be taken",
                  "the stack is unchanged: the job continues to run. If there are too many snapshots, delete old ones with --keep N",
                  done=lambda: self._has_snapshot(snapshot),
                  elsewhere=f"this command has not changed the stack. Another command may be at work: see '{self.hint('status')}'")
        status = self._calls.until(
            f"the snapshot {snapshot}",
            ["kinesisanalyticsv2", "describe-application-snapshot", "--application-name", self.name,
             "--snapshot-name", snapshot, "--query", "SnapshotDetails.SnapshotStatus"],
            {"READY", "FAILED", "DELETING"}, "READY",
            or_stop=(f"the snapshot {snapshot} can't be read", "the stack is unchanged; try again"))
        if status != "READY":
            raise Stop(f"the snapshot {snapshot} of {self.name} failed: it is {status}",
                       "the stack is unchanged: the job continues to run. See "
                       f"'{self.hint('logs --errors')}' for the reason why checkpoints fail, then try again")

    def delete_snapshot(self, snapshot):
        self._calls.change("kinesisanalyticsv2", "delete-application-snapshot", "--application-name", self.name,
                           "--snapshot-name", snapshot["SnapshotName"], "--snapshot-creation-timestamp",
                           str(snapshot["SnapshotCreationTimestamp"]),
                           or_stop=(f"the snapshot {snapshot['SnapshotName']} can't be deleted",
                                    "the stack is unchanged; try again, or omit --keep"))

    def await_processing(self, runtime, changed=True):
        """Waits until the job has run for a minute: one that fails over and over never has a minute of uptime.

        runtime: the Flink version that it is to run on
        changed: whether the application was started or updated just now; what an earlier job reported does not count then
        """
        self._calls.say("Waiting until the job has run for a minute without a failure")
        # An answer has at most 1440 values.
        window = ["--start-time", self._last_end() if changed else self._calls.now("since"),
                  "--end-time", self._calls.now("end", min(self._calls.minutes() + 60, 1400))]

        def fell(status):
            raise Stop(f"the job of {self.name} keeps failing: the application is {status}",
                       f"see '{self.hint('logs --errors')}'; fix the cause and deploy again, or run "
                       f"'{self.hint('rollback')}'")

        unread = (f"the metrics of {self.name} can't be read", "check that you have the permission cloudwatch:GetMetricStatistics")
        try:
            self._calls.until("the job", self._maximum(uptime(runtime), window) + ["--query",
                              "not_null(max(Datapoints[].Maximum), `0`) >= `60000`"], {"True"}, "True",
                              (self._status_call(), UP, fell), unread)
        except Late:
            status = self._calls.ask("status", *self._status_call())
            if status == "RUNNING" and not self._calls.read(*self._maximum(uptime(runtime), window), "--query",
                                                            "length(Datapoints)", or_stop=unread):
                # Another version reports its time under another name.
                self.need_runtime(runtime)
                raise Stop(f"the application {self.name} is RUNNING, but CloudWatch has no metrics of it, so nobody knows whether "
                           f"the job has run for a minute: the stack {self._stack.name} is complete",
                           f"see '{self.hint('logs')}'. If that shows no messages either, the network may need endpoints for "
                           "logs and monitoring: see point 3 of the checklist in cloudformation/README.md") from None
            fell(status)
        records = self._calls.read(*self._maximum("recordsIn", window), "--query", "max(Datapoints[].Maximum)", or_stop=unread)
        if records:
            self._calls.result(f"It processes: a subtask has read {int(records)} records")
        else:
            self._calls.result("It runs, and has read no records yet")

    def last_start(self):
        """The id of the last successful start; None if it can't be found out, empty if the service knows of none."""
        try:
            found = self._calls.read("kinesisanalyticsv2", "list-application-operations", "--application-name", self.name,
                                     "--operation", "StartApplication", "--operation-status", "SUCCESSFUL", "--query",
                                     "ApplicationOperationInfoList[].[StartTime, OperationId]", may_fail=True)
        except CallFailed:
            # An older aws command does not know this call, or the permission is missing.
            return None
        return max(found or [["", ""]], key=lambda each: each[0] and moment(each[0]))[1]

    def last_failure(self):
        """What the service says of the last operation that failed; empty if it says nothing."""
        try:
            found = self._calls.read("kinesisanalyticsv2", "list-application-operations", "--application-name", self.name,
                                     "--operation-status", "FAILED", "--max-items", "1")
            operations = (found or {}).get("ApplicationOperationInfoList") or []
            if not operations:
                return ""
            told = self._calls.read("kinesisanalyticsv2", "describe-application-operation", "--application-name", self.name,
                                    "--operation-id", operations[0]["OperationId"])
            details = told["ApplicationOperationInfoDetails"].get("OperationFailureDetails", {})
            return details.get("ErrorInfo", {}).get("ErrorString", "")
        except CallFailed:
            # An older aws command does not know these calls. The logs have the failure, too.
            return ""

    # --- Parts

    def _act(self, allowed, operation, what, todo, status=None, done=lambda: False, elsewhere=""):
        """Makes a call when the status allows it. Waits when the service is busy with the application after all.

        done: says after a call without an answer, in whose status nothing shows, whether the service carried it out
        elsewhere: what to do if the status does not allow the call, other than todo
        """
        call = ["kinesisanalyticsv2", operation[0], "--application-name", self.name, *operation[1:]]
        deadline, unclear = self._calls.deadline(), False
        while True:
            status = status or self.settle(sorted(allowed)[0])
            if unclear and (status not in allowed or done()):
                return
            if status not in allowed:
                raise Stop(f"{what}: the application is {status}", elsewhere or todo)
            try:
                self._calls.change(*call)
                return
            except CallFailed as failed:
                if not failed.is_passing() or time.monotonic() >= deadline:
                    raise Stop(what, todo, str(failed)) from failed
                unclear = unclear or failed.is_unclear()
            status = None
            self._calls.pause()

    def _has_snapshot(self, snapshot):
        return any(each["SnapshotName"] == snapshot for each in self.snapshots())

    def _last_end(self):
        """When the last operation ended, by the service's clock: this machine's may be wrong."""
        try:
            end = self._calls.ask("since", "kinesisanalyticsv2", "list-application-operations", "--application-name", self.name,
                                  "--no-paginate", "--query", "ApplicationOperationInfoList[0].EndTime")
        except CallFailed:
            # An older aws command does not know this call.
            end = "None"
        return self._calls.now("since") if end in ("", "None") else end

    def _await_stop(self):
        status = self.settle("READY")
        if status != "READY":
            raise Stop(f"the application {self.name} did not stop: it is {status}", f"see '{self.hint('logs --errors')}'")
        return status

    def _status_call(self):
        return ["kinesisanalyticsv2", "describe-application", "--application-name", self.name, "--query",
                "ApplicationDetail.ApplicationStatus"]

    def _maximum(self, metric, window):
        return ["cloudwatch", "get-metric-statistics", "--namespace", NAMESPACE, "--metric-name", metric, "--dimensions",
                f"Name=Application,Value={self.name}", *window, "--period", "60", "--statistics", "Maximum"]

    def _unsettled(self, late):
        return Stop(f"the application {self.name} is still {late} after {self._calls.minutes()} minutes",
                    f"{'' if self._calls.has_changed() else 'nothing was changed; '}use --timeout MINUTES to wait longer, or see "
                    f"'{self.hint('status')}'", late.said)

    def is_there(self):
        try:
            self._calls.read("kinesisanalyticsv2", "describe-application", "--application-name", self.name, may_fail=True)
            return True
        except CallFailed as failed:
            # Any other failure is the business of the next call.
            return failed.code() != "ResourceNotFoundException"

    def _unseen(self):
        return lambda failed: self._unread(failed, f"the application {self.name} can't be read", (
            "check that you have the permission kinesisanalytics:DescribeApplication"))

    def _unread(self, failed, what, todo):
        """What to say of a call that reads the application, or what belongs to it."""
        if failed.code() == "ResourceNotFoundException":
            unchanged = "" if self._calls.has_changed() else "nothing was changed; "
            return (f"the application {self.name} does not exist, although the stack {self._stack.name} is {self._stack.status}: "
                    "someone deleted it outside of CloudFormation", unchanged + self._stack.anew())
        return what, todo

    def hint(self, command):
        return self._calls.hint(command, self._stack.name)

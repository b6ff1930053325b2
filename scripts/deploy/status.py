"""The command status."""

import datetime
import json
import re

from application import Application, FORCIBLE, groups_of, moment, NAMESPACE, SETTLED
from begun import Begun, PENDING, UNKNOWN
from calls import CallFailed, Stop
from flink import restarts, told

HOUR = datetime.timedelta(hours=1)
#: A counter without reports for this long was not there.
ABSENT = datetime.timedelta(minutes=5)
#: Each subtask reports four times a minute.
REPORTS = 4


def status(task):
    """Shows in ten lines what someone on call needs."""
    stack, calls = task.stack, task.calls
    stack.need()
    name = stack.find("ApplicationName")
    if not name and stack.is_ours():
        _show_stack(task)
        return
    application = Application(calls, stack, name or stack.application_name())
    try:
        detail = application.describe()
    except Stop as stop:
        if CallFailed(stop.said).code() != "ResourceNotFoundException":
            raise
        _show_stack(task)
        return
    metrics = Metrics(task, application.name, detail, stack.application_parameters())
    alarms = calls.read("cloudwatch", "describe-alarms", "--alarm-name-prefix", f"{application.name}-", "--state-value",
                        "ALARM", "--alarm-types", "MetricAlarm", "CompositeAlarm", "--query",
                        "[MetricAlarms, CompositeAlarms][].[AlarmName, AlarmDescription]",
                        or_stop=(f"the alarms of {application.name} can't be listed",
                                 "check that you have the permission cloudwatch:DescribeAlarms")) or []
    # CloudFormation names an alarm by stack and resource, and a random end. Another stack's name may begin like this one's.
    ours = re.compile(re.escape(application.name) + "-([A-Za-z0-9]+)-[A-Za-z0-9]+")
    alarms = [(ours.fullmatch(alarm).group(1), text) for alarm, text in alarms if ours.fullmatch(alarm)]
    for name, value in (
            ("status", _status(task, application, detail)),
            ("jar", _jar(task, detail)),
            ("parallelism", _parallelism(detail)),
            ("checkpoint", metrics.checkpoint()),
            ("lag", metrics.lag()),
            ("restarts", metrics.restarts()),
            ("dead letters", metrics.dead_letters()),
            ("alarms", "; ".join(f"{alarm}: {text}" for alarm, text in alarms) or "none"),
            ("dashboards", _dashboards(task)),
            ("next", _next(task, application, detail["ApplicationStatus"], alarms, metrics))):
        calls.result(f"{name:<13}{value}")


def _show_stack(task):
    """What there is to say of a stack without an application."""
    stack = task.stack
    task.calls.result(f"{'status':<13}the stack is {stack.status} and has no application")
    for line in stack.failures().splitlines():
        task.calls.result(f"{'failed':<13}{line}")
    task.calls.result(f"{'next':<13}{stack.way_on()}")


def jar_of(detail):
    """Bucket and key of an application's jar."""
    place = detail["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"][
        "CodeContentDescription"]["S3ApplicationCodeLocationDescription"]
    return place["BucketARN"].rpartition(":::")[2], place["FileKey"]


def _status(task, application, detail):
    since, what = detail.get("LastUpdateTimestamp"), ""
    try:
        last = task.calls.read("kinesisanalyticsv2", "list-application-operations", "--application-name", application.name,
                               "--max-items", "1", "--query", "ApplicationOperationInfoList[0]")
        if last:
            since = last.get("EndTime") or last.get("StartTime")
            what = f" ({last['Operation']} {last['OperationStatus']})"
    except CallFailed:
        # An older aws command does not know this call. The time of the last update is nearly as good.
        pass
    state = detail["ApplicationStatus"]
    return (f"{state} since {_when(since)}{what}, version {detail['ApplicationVersionId']}, {told(detail['RuntimeEnvironment'])}; "
            f"the stack is {task.stack.status}")


def _jar(task, detail):
    bucket, key = jar_of(detail)
    expected = task.stack.parameters.get("JarKey", key)
    other = "" if key == expected else f"; it is not the stack's jar, {expected}: the service went back to it"
    try:
        found = task.calls.read("s3api", "head-object", "--bucket", bucket, "--key", key)
    except CallFailed as failed:
        return f"s3://{bucket}/{key}, which can't be read: {failed}{other}"
    version = (found.get("Metadata") or {}).get("version", "unknown")
    return f"version {version}, uploaded {_when(found.get('LastModified'))}: s3://{bucket}/{key}{other}"


def _parallelism(detail):
    flink = detail["ApplicationConfigurationDescription"].get("FlinkApplicationConfigurationDescription", {})
    given = flink.get("ParallelismConfigurationDescription", {})
    now = given.get("CurrentParallelism", given.get("Parallelism", "unknown"))
    scaling = "on" if given.get("AutoScalingEnabled") else "off"
    return f"{now} of {given.get('Parallelism', 'unknown')} configured, {given.get('ParallelismPerKPU', 1)} per KPU, autoscaling {scaling}"


def _dashboards(task):
    name = task.stack.find("DashboardName")
    pages = [task.dashboard_page(name)] if name else []
    # CloudWatchDashboard is the page that DashboardName names.
    pages += [value for name, value in sorted(task.stack.outputs.items())
              if "Dashboard" in name and value.startswith("https://") and not (pages and name == "CloudWatchDashboard")]
    return " and ".join(pages) or "none"


def _next(task, application, state, alarms, metrics):
    logs = f"'{task.hint('logs --errors')}'"
    if task.stack.is_at_work():
        return f"wait: the stack is being changed, it is {task.stack.status}"
    if task.stack.remedy():
        cause = "".join(f"; {line}" for line in task.stack.failures().splitlines())
        return f"the stack is {task.stack.status}: {task.stack.remedy()}{cause}"
    if state == "READY":
        return _start(task, application, logs)
    if state == "ROLLED_BACK":
        # If the stack went back, too, a rollback would go back further, and an update with the same values changes nothing.
        if task.stack.status == "UPDATE_ROLLBACK_COMPLETE":
            return f"an update failed, and the service rolled back. See {logs}, then {task.stack.way_out()}"
        return (f"an update failed, and the service rolled back. See {logs}, then run '{task.hint('rollback')}', or run "
                f"'{task.hint('update')}' with a jar and parameters that work")
    if state not in SETTLED:
        ends = f"; if it does not, run '{task.hint('rollback')}'" if state in FORCIBLE else ""
        return f"wait: {state} ends by itself{ends}"
    if metrics.restarted:
        return f"the job fails and restarts. See {logs}"
    if alarms:
        return f"see {logs} and the dashboards"
    if metrics.silent:
        return f"it reports no metrics. See {logs}"
    return "nothing"


def _start(task, application, logs):
    """How a stopped application runs again."""
    try:
        begun = Begun(task, application, "")
        prepared = begun.state("READY") in (PENDING, UNKNOWN)
    except Stop as stop:
        return f"it is not running, and {stop.what}. See {logs} for the cause, then {stop.todo}"
    if prepared and begun.snapshot():
        return f"a rollback to the snapshot {begun.snapshot()} was cut off. Complete it with '{task.hint('rollback')}'"
    if prepared and begun.run():
        return (f"an update that discards state was cut off. Start the application as the update would have, with "
                f"'{application.start_hint(begun.run())}'")
    try:
        run = application.start_configuration(application.describe()["RuntimeEnvironment"])
    except Stop:
        # Without the permission to list snapshots, all else is told all the same.
        run = {}
    return (f"it is not running. See {logs} for the cause, then start it with '{application.start_hint(run)}', or with another jar "
            f"with '{task.hint('deploy')}'")


class Metrics:
    """What CloudWatch knows of the job in the last hour."""

    def __init__(self, task, application, detail, parameters):
        self.restarted = False
        self._groups = groups_of(detail)
        self._cluster = parameters.get("MskClusterArn", "")
        calls = task.calls
        names = calls.read("cloudwatch", "list-metrics", "--namespace", NAMESPACE, "--dimensions",
                           f"Name=Application,Value={application}", "--query", "Metrics[].MetricName",
                           or_stop=_unread(application)) or []
        self._letters = sorted({name for name in names if name.startswith("deadLetters.")})
        own = [{"Name": "Application", "Value": application}]
        wanted = [("restarts", NAMESPACE, restarts(detail["RuntimeEnvironment"]), own, "Maximum"),
                  ("duration", NAMESPACE, "lastCheckpointDuration", own, "Maximum"),
                  ("failed", NAMESPACE, "numberOfFailedCheckpoints", own, "Maximum"),
                  ("watermark", NAMESPACE, "watermarkLagMillis", own, "Maximum"),
                  ("behind", NAMESPACE, "millisBehindLatest", own, "Maximum")]
        wanted += [("source", *self._source(application))] if self._source(application) else []
        for i, name in enumerate(self._letters):
            wanted += [(f"average{i}", NAMESPACE, name, own, "Average"), (f"reports{i}", NAMESPACE, name, own, "SampleCount")]
        self._series = self._read(task, application, wanted)
        self.silent = not self._series.get("watermark")

    def checkpoint(self):
        duration, failed = self._last("duration"), self._last("failed")
        if duration is None:
            return "none was reported in the last hour"
        at = _when(self._series["duration"][-1][0])
        return f"took {_time(duration)}, reported {at}; {failed or 0:.0f} failed since the last start"

    def lag(self):
        watermark, behind, source = self._last("watermark"), self._last("behind"), self._last("source")
        if behind is None and source is not None:
            # Kafka's is in seconds.
            behind = source * 1000 if "source.kafka" in self._groups else source
        behind = "unknown" if behind is None else _time(behind)
        event_time = "unknown" if watermark is None else _time(watermark)
        return f"clicks are read {behind} after arrival; event time is {event_time} behind the clock"

    def restarts(self):
        count = _growth([value for _, value in self._series.get("restarts", [])])
        self.restarted = count >= 1
        total = self._last("restarts")
        return f"{count:.0f} in the last hour" + ("" if total is None else f", {total:.0f} since the last start")

    def dead_letters(self):
        counts = {}
        for i, name in enumerate(self._letters):
            averages = [value for _, value in self._series.get(f"average{i}", [])]
            reports = [value for _, value in self._series.get(f"reports{i}", [])]
            subtasks = max([1, *(round(value / REPORTS) for value in reports)])
            count = (_growth(averages) + self._first(f"average{i}")) * subtasks
            if count >= 0.5:
                counts[name.partition(".")[2]] = count
        listed = ", ".join(f"{name} {count:.0f}" for name, count in sorted(counts.items(), key=lambda each: -each[1]))
        return f"{sum(counts.values()):.0f} in the last hour" + (f": {listed}" if listed else "")

    def _source(self, application):
        """Namespace, metric, dimensions and statistic of how far the source is behind."""
        if "source.kinesis" in self._groups:
            group = self._groups["source.kinesis"]
            stream = [{"Name": "StreamName", "Value": group["stream"].rpartition("/")[2]}]
            if group.get("reader") == "efo":
                stream.append({"Name": "ConsumerName", "Value": group.get("consumer", application)})
                return "AWS/Kinesis", "SubscribeToShardEvent.MillisBehindLatest", stream, "Maximum"
            return "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", stream, "Maximum"
        if "source.kafka" in self._groups:
            group = self._groups["source.kafka"]
            return "AWS/Kafka", "EstimatedMaxTimeLag", [
                {"Name": "Cluster Name", "Value": self._cluster.split("/")[1] if "/" in self._cluster else ""},
                {"Name": "Consumer Group", "Value": group.get("group-id", application)},
                {"Name": "Topic", "Value": group.get("topic", "")}], "Maximum"
        return None

    def _read(self, task, application, wanted):
        series = {}
        now = datetime.datetime.now(datetime.timezone.utc)
        self._start = now - HOUR
        start = self._start.strftime("%Y-%m-%dT%H:%M:%SZ")
        # A call takes up to 500 metrics.
        for i in range(0, len(wanted), 500):
            queries = [{"Id": name, "ReturnData": True, "MetricStat": {
                "Metric": {"Namespace": space, "MetricName": metric, "Dimensions": dimensions}, "Period": 60, "Stat": statistic}}
                for name, space, metric, dimensions, statistic in wanted[i:i + 500]]
            found = task.calls.read("cloudwatch", "get-metric-data", "--start-time", start, "--end-time",
                                    now.strftime("%Y-%m-%dT%H:%M:%SZ"), "--scan-by", "TimestampAscending",
                                    "--metric-data-queries", json.dumps(queries), or_stop=_unread(application))
            for result in found["MetricDataResults"]:
                series.setdefault(result["Id"], []).extend(zip(result["Timestamps"], result["Values"]))
        return {name: sorted(values) for name, values in series.items()}

    def _first(self, name):
        """What a counter began with that was absent at the beginning of the hour. Absent means 0."""
        values = self._series.get(name)
        return values[0][1] if values and moment(values[0][0]) > self._start + ABSENT else 0

    def _last(self, name):
        values = self._series.get(name)
        return values[-1][1] if values else None


def _growth(values):
    """How much a counter grew, which begins anew at 0 when the job starts again."""
    return sum(max(0, after - before) if after >= before else after for before, after in zip(values, values[1:]))


def _when(value):
    return "an unknown time" if value is None else moment(value).strftime("%Y-%m-%d %H:%M:%S UTC")


def _time(milliseconds):
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _unread(application):
    return (f"the metrics of {application} can't be read",
            "check that you have the permissions cloudwatch:ListMetrics and cloudwatch:GetMetricData")

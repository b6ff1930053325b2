"""An account for tests: account.py PORT. The aws command reaches it as it reaches AWS, over HTTP.

Most services are those of moto. The managed service for Apache Flink is not among them in a form that starts or stops
anything, so it is here: its requests and answers are checked against botocore's model of the service, and its statuses
follow the reference. What the reference leaves open, such as what may be done in ROLLED_BACK, is what we believe.

GET /_account tells what happened, POST /_account with JSON says what is to happen.
"""

import collections
import datetime
import fnmatch
import functools
import io
import json
import pickle
import random
import re
import sys
import threading
import time
import urllib.parse
import uuid

import botocore.loaders
import yaml
from moto.cloudformation import models as cloudformation
from moto.cloudformation import parsing
from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.common_models import CloudFormationModel
from moto.core.utils import utcnow
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.kafka.models import FakeKafkaCluster
from moto.kinesis.exceptions import StreamNotFoundError
from moto.kinesis.models import KinesisBackend, kinesis_backends
from moto.logs.models import logs_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

ACCOUNT = "123456789012"
REGION = "eu-central-1"
TARGET = "KinesisAnalytics_20180523."
FORCIBLE = {"STARTING", "UPDATING", "STOPPING", "AUTOSCALING", "RUNNING"}
SETTLED = {"READY", "RUNNING", "ROLLED_BACK"}
ALLOWED = {
    "StartApplication": {"READY"},
    "StopApplication": {"RUNNING"},
    "UpdateApplication": {"READY", "RUNNING", "ROLLED_BACK"},
    "DeleteApplication": SETTLED,
    "CreateApplicationSnapshot": {"RUNNING"},
    "DeleteApplicationSnapshot": SETTLED,
}
# What a job on Flink 2 reports under another name.
NAMES_ON_FLINK_2 = {"uptime": "runningTime", "downtime": "restartingTime", "fullRestarts": "numRestarts"}
# Where an operation leads. A control request replaces one of these once.
PATHS = {
    "StartApplication": ["STARTING", "RUNNING"],
    "StopApplication": ["STOPPING", "READY"],
    "StopApplication by force": ["FORCE_STOPPING", "READY"],
    "UpdateApplication": ["UPDATING", "RUNNING"],
    "DeleteApplication": ["DELETING"],
}
# What the service does by itself, in the walk.
WANDERS = {
    "RUNNING": [["AUTOSCALING", "RUNNING"], ["MAINTENANCE", "RUNNING"], ["UPDATING", "RUNNING"],
                ["AUTOSCALING", "ROLLING_BACK", "ROLLED_BACK"], ["UPDATING", "ROLLING_BACK", "RUNNING"],
                ["MAINTENANCE", "STARTING", "RUNNING"], ["STOPPING", "READY"], ["FORCE_STOPPING", "READY"]],
    "READY": [["STARTING", "RUNNING"], ["MAINTENANCE", "READY"], ["UPDATING", "READY"]],
    "ROLLED_BACK": [["UPDATING", "RUNNING"], ["MAINTENANCE", "ROLLED_BACK"], ["UPDATING", "READY"]],
}

loader = botocore.loaders.Loader()
MODEL = loader.load_service_model("kinesisanalyticsv2", "service-2")
lock = threading.RLock()


def cleaned(value, resources, plain=parsing.clean_json):
    """moto's own does not know this function, and keeps an element of a list that has no value."""
    if isinstance(value, dict) and "Fn::Cidr" in value:
        return [f"10.71.{i}.0/24" for i in range(int(value["Fn::Cidr"][1]))]
    if isinstance(value, list):
        found = [plain(each, resources) for each in value]
        return [each for each, of in zip(found, value) if each is not None or not (isinstance(of, dict) and "Fn::If" in of)]
    return plain(value, resources)


parsing.clean_json = cleaned


class Made:
    """A resource of a kind that moto does not have, or makes by running containers: it is there, and no more."""

    def __init__(self, name, kind):
        self.name, self.kind = name, kind

    @property
    def physical_resource_id(self):
        if self.kind in ("AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster"):
            return f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/{self.name}/1a2b-3"
        return self.name

    @staticmethod
    def is_created():
        return True

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, attribute):
        if self.kind == "Custom::Dashboards":
            return "https://application-shop.example/w/1/app/dashboards"
        if (self.kind, attribute) == ("AWS::OpenSearchService::Domain", "Arn"):
            return f"arn:aws:es:{REGION}:{ACCOUNT}:domain/{self.name}"
        # What the template of the application has patterns for.
        if attribute == "DomainEndpoint":
            return f"vpc-{self.name}.{REGION}.es.amazonaws.com".lower()
        if attribute == "BootstrapServers":
            return "b-1.shop.example:9098,b-2.shop.example:9098,b-3.shop.example:9098"
        if attribute == "TrackingId":
            return "1a2b-3c4d"
        return f"arn:aws:of:{REGION}:{ACCOUNT}:{self.name}/{attribute}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **more):
        kind = cloudformation_json["Type"]
        return cls(named(cloudformation_json) or more.get("LogicalId") or resource_name, kind)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        name = named(cloudformation_json) or original_resource.name
        if name != original_resource.name:
            service.replaced.append(original_resource.name)
        original_resource.name = name
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        pass


def named(cloudformation_json):
    """The name that a resource gets by its template, if it can't keep its data under another one."""
    return (cloudformation_json.get("Properties") or {}).get("DomainName") \
        if cloudformation_json["Type"] == "AWS::OpenSearchService::Domain" else None


def class_of(kind, plain=parsing.resource_class_from_type):
    if kind.startswith(("Custom::", "AWS::Lambda::", "AWS::EC2::")):
        return Made
    return plain(kind) or (None if kind in parsing.NULL_MODELS else Made)


parsing.resource_class_from_type = class_of


def output_of(stack, attribute):
    name = attribute.removeprefix("Outputs.")
    return stack.output_map[name].value


cloudformation.Stack.get_cfn_attribute = output_of
cloudformation.Stack.has_cfn_attr = classmethod(lambda cls, attribute: attribute.startswith("Outputs."))


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def mismatches(shape_name, value, path):
    """Where a value does not fit its shape in the service's model."""
    shape = MODEL["shapes"][shape_name]
    kind = shape["type"]
    python = {"structure": dict, "map": dict, "list": list, "string": str, "boolean": bool, "integer": int, "long": int,
              "timestamp": (int, float)}[kind]
    if not isinstance(value, python) or (kind in ("integer", "long") and isinstance(value, bool)):
        yield f"{path} is not a {kind}: {value!r}"
        return
    if kind == "structure":
        for name in shape.get("required", []):
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, member in value.items():
            if name not in shape["members"]:
                yield f"{path}.{name} is unknown"
            else:
                yield from mismatches(shape["members"][name]["shape"], member, f"{path}.{name}")
    elif kind == "list":
        for i, member in enumerate(value):
            yield from mismatches(shape["member"]["shape"], member, f"{path}[{i}]")
    elif kind == "map":
        for key, member in value.items():
            yield from mismatches(shape["key"]["shape"], key, f"{path} key {key}")
            yield from mismatches(shape["value"]["shape"], member, f"{path}.{key}")
    elif kind == "string":
        if "enum" in shape and value not in shape["enum"]:
            yield f"{path} is {value!r}, not one of {shape['enum']}"
        if "pattern" in shape and not re.fullmatch(shape["pattern"], value):
            yield f"{path} is {value!r}, which does not match {shape['pattern']}"
    size = value if kind in ("integer", "long") else len(value) if kind in ("string", "list", "map") else None
    if size is not None and not shape.get("min", size) <= size <= shape.get("max", size):
        yield f"{path} is {value!r}; allowed is {shape.get('min')} to {shape.get('max')}"


class Service:
    """The managed service."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.applications = {}
        self.calls = []
        self.refusals = []
        self.invalid = []
        self.errors = []
        self.paths = {}
        self.failing_update = None
        self.makes = True
        self.failing_delete = None
        self.replaced = []
        self.faults = []
        self.random = None
        self.steps = 0
        self.limit = 0
        self.seen = collections.Counter()
        self.metrics = {"uptime": [61000]}
        self.updates = []

    def call(self, operation, request):
        with lock:
            self.calls.append(operation)
            shape = MODEL["operations"][operation]["input"]["shape"]
            wrong = list(mismatches(shape, request, operation))
            if wrong:
                self.invalid += wrong
                raise Refused("InvalidArgumentException", "; ".join(wrong))
            for error in self.errors:
                if error["operation"] == operation and error["times"] > 0:
                    error["times"] -= 1
                    raise Refused(error["code"], error.get("message", "not now"))
            answer = getattr(self, operation)(request)
            output = MODEL["operations"][operation]["output"]["shape"]
            wrong = list(mismatches(output, answer, operation))
            if wrong:
                raise AssertionError(f"this answer does not fit the model: {wrong}")
            return answer

    def application(self, request):
        name = request["ApplicationName"]
        if name not in self.applications:
            raise Refused("ResourceNotFoundException", f"Application {name} not found")
        return self.applications[name]

    def check(self, operation, application, allowed=None):
        allowed = allowed or ALLOWED[operation]
        if application.status not in allowed:
            self.refusals.append(f"{operation} in {application.status}")
            raise Refused("ResourceInUseException", f"{operation} is not allowed in status {application.status}")

    def path(self, operation):
        return list(self.paths.pop(operation, None) or PATHS[operation])

    # --- Operations

    def DescribeApplication(self, request):
        application = self.application(request)
        # Before the answer: what a caller is told still holds when it makes its next call.
        application.advance()
        return {"ApplicationDetail": application.detail()}

    def StartApplication(self, request):
        application = self.application(request)
        self.check("StartApplication", application)
        restore = request.get("RunConfiguration", {}).get("ApplicationRestoreConfiguration", {})
        name = restore.get("SnapshotName")
        if name and name not in application.snapshots:
            raise Refused("InvalidArgumentException", f"there is no snapshot {name}")
        kind = restore.get("ApplicationRestoreType", "latest")
        application.started_from = name or kind
        writer = application.snapshots[name]["runtime"] if name else application.latest_runtime()
        if kind != "SKIP_RESTORE_FROM_SNAPSHOT" and not application.restores(writer):
            # The job can't read the snapshot, and the service stops the application again.
            service.paths["StartApplication"] = ["STARTING", "READY"]
        application.run_configuration = request.get("RunConfiguration", {})
        application.starts += 1
        return {"OperationId": application.go("StartApplication", self.path("StartApplication"))}

    def StopApplication(self, request):
        application = self.application(request)
        force = request.get("Force", False)
        self.check("StopApplication", application, FORCIBLE if force else None)
        if not force:
            # The service takes a snapshot by itself, which the list does not have.
            application.stopped_on = application.properties["RuntimeEnvironment"]
        name = "StopApplication by force" if force else "StopApplication"
        return {"OperationId": application.go("StopApplication", self.path(name))}

    def CreateApplicationSnapshot(self, request):
        application = self.application(request)
        self.check("CreateApplicationSnapshot", application)
        if len(application.snapshots) >= 1000:
            raise Refused("LimitExceededException", "there are 1000 snapshots")
        application.add_snapshot(request["SnapshotName"], ["CREATING", "READY"])
        return {}

    def DescribeApplicationSnapshot(self, request):
        application = self.application(request)
        return {"SnapshotDetails": application.snapshot(request["SnapshotName"], True)}

    def ListApplicationSnapshots(self, request):
        application = self.application(request)
        names = sorted(application.snapshots)
        start = int(request.get("NextToken", 0))
        size = request.get("Limit", 50)
        # A snapshot becomes ready by itself, whoever looks.
        answer = {"SnapshotSummaries": [application.snapshot(name, True) for name in names[start:start + size]]}
        if start + size < len(names):
            answer["NextToken"] = str(start + size)
        return answer

    def DeleteApplicationSnapshot(self, request):
        application = self.application(request)
        self.check("DeleteApplicationSnapshot", application)
        snapshot = application.snapshot(request["SnapshotName"])
        if snapshot["SnapshotCreationTimestamp"] != request["SnapshotCreationTimestamp"]:
            raise Refused("InvalidArgumentException", "the snapshot was created at another time")
        del application.snapshots[request["SnapshotName"]]
        return {}

    def ListApplicationOperations(self, request):
        application = self.application(request)
        found = [each for each in reversed(application.operations)
                 if all(request.get(name) in (None, each[name]) for name in ("Operation", "OperationStatus"))]
        start = int(request.get("NextToken", 0))
        end = start + request.get("Limit", 50)
        answer = {"ApplicationOperationInfoList": found[start:end]}
        if end < len(found):
            answer["NextToken"] = str(end)
        return answer

    def DescribeApplicationOperation(self, request):
        application = self.application(request)
        found = next((each for each in application.operations if each["OperationId"] == request["OperationId"]), None)
        if not found:
            raise Refused("ResourceNotFoundException", "there is no such operation")
        details = {name: found[name] for name in ("Operation", "StartTime", "OperationStatus")}
        details["EndTime"] = found.get("EndTime", found["StartTime"])
        if found["OperationStatus"] == "FAILED":
            details["OperationFailureDetails"] = {"ErrorInfo": {"ErrorString": "The job has no main method."}}
        return {"ApplicationOperationInfoDetails": details}


service = Service()


def update_request(application, properties):
    """What CloudFormation asks the service for with an update, as far as the script depends on it: it updates in place."""
    configuration = properties["ApplicationConfiguration"]
    location = configuration["ApplicationCodeConfiguration"]["CodeContent"]["S3ContentLocation"]
    snapshots = configuration["ApplicationSnapshotConfiguration"]["SnapshotsEnabled"]
    request = {
        "ApplicationName": application.name, "CurrentApplicationVersionId": application.version,
        "ApplicationConfigurationUpdate": {
            "ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {"S3ContentLocationUpdate": {
                "BucketARNUpdate": location["BucketARN"], "FileKeyUpdate": location["FileKey"]}}},
            "ApplicationSnapshotConfigurationUpdate": {"SnapshotsEnabledUpdate": _true(snapshots)}}}
    if "RunConfiguration" in properties:
        request["RunConfigurationUpdate"] = properties["RunConfiguration"]
    if properties["RuntimeEnvironment"] != application.properties["RuntimeEnvironment"]:
        request["RuntimeEnvironmentUpdate"] = properties["RuntimeEnvironment"]
    return request


class Application(CloudFormationModel):
    """An application, as a resource of CloudFormation."""

    # moto sorts its models by the module's name.
    __module__ = "moto.kinesisanalyticsv2.account"

    def __init__(self, name, properties, region):
        self.name = name
        self.region = region
        self.status = "READY"
        self.version = 1
        self.ahead = []
        self.snapshots = {}
        self.operations = []
        self.started_from = None
        self.run_configuration = {}
        self.starts = 0
        self.end = None
        self.created = self.updated = time.time()
        self.former = None
        self.stopped_on = ""
        self.properties = properties

    # --- What it is

    def detail(self):
        configuration = self.properties["ApplicationConfiguration"]
        flink = configuration["FlinkApplicationConfiguration"]
        parallelism = flink["ParallelismConfiguration"]
        location = configuration["ApplicationCodeConfiguration"]["CodeContent"]["S3ContentLocation"]
        described = {
            "ApplicationCodeConfigurationDescription": {
                "CodeContentType": "ZIPFILE",
                "CodeContentDescription": {"S3ApplicationCodeLocationDescription": {
                    "BucketARN": location["BucketARN"], "FileKey": location["FileKey"]}}},
            "ApplicationSnapshotConfigurationDescription": {
                "SnapshotsEnabled": _true(configuration["ApplicationSnapshotConfiguration"]["SnapshotsEnabled"])},
            "EnvironmentPropertyDescriptions": {
                # CloudFormation makes texts of numbers.
                "PropertyGroupDescriptions": [
                    {**group, "PropertyMap": {key: str(value) for key, value in group["PropertyMap"].items()}}
                    for group in configuration["EnvironmentProperties"]["PropertyGroups"] if group]},
            "FlinkApplicationConfigurationDescription": {"ParallelismConfigurationDescription": {
                "ConfigurationType": "CUSTOM", "Parallelism": int(parallelism["Parallelism"]),
                "CurrentParallelism": int(parallelism["Parallelism"]),
                "ParallelismPerKPU": int(parallelism["ParallelismPerKPU"]),
                "AutoScalingEnabled": _true(parallelism["AutoScalingEnabled"])}}}
        if self.starts:
            described["RunConfigurationDescription"] = {
                f"{name}Description": value for name, value in self.run_configuration.items()}
        log = f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:/aws/kinesis-analytics/{self.name}:log-stream:"
        return {
            "ApplicationARN": f"arn:aws:kinesisanalytics:{self.region}:{ACCOUNT}:application/{self.name}",
            "ApplicationName": self.name, "RuntimeEnvironment": self.properties["RuntimeEnvironment"],
            "ServiceExecutionRole": self.properties["ServiceExecutionRole"], "ApplicationStatus": self.status,
            "ApplicationVersionId": self.version, "CreateTimestamp": self.created, "LastUpdateTimestamp": self.updated,
            "ApplicationConfigurationDescription": described,
            "CloudWatchLoggingOptionDescriptions": [{"LogStreamARN": log + "kinesis-analytics-log-stream"}]}

    def snapshot(self, name, looks=False):
        if name not in self.snapshots:
            raise Refused("ResourceNotFoundException", f"there is no snapshot {name}")
        snapshot = self.snapshots[name]
        if looks and len(snapshot["ahead"]) > 1:
            snapshot["ahead"].pop(0)
        return {"SnapshotName": name, "SnapshotStatus": snapshot["ahead"][0], "ApplicationVersionId": self.version,
                "SnapshotCreationTimestamp": snapshot["time"], "RuntimeEnvironment": snapshot["runtime"]}

    def latest_runtime(self):
        """What has written the newest snapshot; empty if there is none."""
        newest = max(self.snapshots.values(), key=lambda each: each["time"], default=None)
        return self.stopped_on or (newest["runtime"] if newest else "")

    def restores(self, writer):
        """Whether the runtime reads what another one has written."""
        return not writer or [writer, self.properties["RuntimeEnvironment"]] != ["FLINK-2_2", "FLINK-1_20"]

    def add_snapshot(self, name, ahead):
        # The service takes whole seconds. Each is later than all others, however fast a test is.
        latest = max([each["time"] for each in self.snapshots.values()], default=0)
        self.snapshots[name] = {"time": max(int(time.time()), latest + 1), "runtime": self.properties["RuntimeEnvironment"],
                                "ahead": list(service.paths.pop("CreateApplicationSnapshot", None) or ahead)}

    # --- What happens to it

    def go(self, operation, path):
        """Begins an operation that goes through some statuses, one at each look."""
        self.status, *self.ahead = path
        service.seen[self.status] += 1
        if self.end:
            self.tell_end("CANCELLED")
        self.operations.append({"Operation": operation, "OperationId": uuid.uuid4().hex, "StartTime": time.time(),
                                "OperationStatus": "IN_PROGRESS"})
        # Its end decides how it went.
        went_well = path[-1] != "ROLLED_BACK" and (operation != "StartApplication" or path[-1] == "RUNNING")
        self.end = "SUCCESSFUL" if went_well else "FAILED"
        if not self.ahead:
            self.tell_end(self.end)
        return self.operations[-1]["OperationId"]

    def tell_end(self, status):
        self.operations[-1] |= {"OperationStatus": status, "EndTime": time.time()}
        self.end = None

    def put(self, statuses):
        """Gives it these statuses, as if the operations that lead to the first one had been."""
        if self.end:
            self.tell_end(self.end)
        stopped, (self.status, *self.ahead) = self.status == "READY", statuses
        if stopped != (self.status == "READY"):
            now = time.time()
            self.operations.append({"Operation": "StartApplication" if stopped else "StopApplication", "StartTime": now, "EndTime": now,
                                    "OperationId": uuid.uuid4().hex, "OperationStatus": "SUCCESSFUL"})
        self.report()

    def advance(self):
        for _ in range(service.random.randint(1, 12) if service.random else 1):
            if not self.ahead and service.random and service.steps < service.limit and service.random.random() < 0.6:
                self.ahead = list(service.random.choice(WANDERS[self.status]))
            if self.ahead:
                self.status = self.ahead.pop(0)
                if self.status == "ROLLING_BACK" and self.former:
                    self.properties, self.former = self.former, None
                service.steps += 1
                service.seen[self.status] += 1
                if self.end and not self.ahead:
                    self.tell_end(self.end)
        self.report()

    def report(self):
        """Sends metrics while the job runs; a little ahead, for whoever begins to look just then."""
        if self.status == "RUNNING":
            self.stopped_on = ""
            renamed = NAMES_ON_FLINK_2 if self.properties["RuntimeEnvironment"] == "FLINK-2_2" else {}
            measure(self.name, {renamed.get(name, name): values for name, values in service.metrics.items()}, 20)

    def update(self, properties):
        service.calls.append("UpdateApplication")
        service.check("UpdateApplication", self)
        request = update_request(self, properties)
        service.updates.append(request)
        service.invalid += mismatches(MODEL["operations"]["UpdateApplication"]["input"]["shape"], request, "UpdateApplication")
        ran = self.status != "READY"
        self.former, self.properties = self.properties, properties
        self.version += 1
        self.updated = time.time()
        path = service.paths.pop("UpdateApplication", None) or ["RUNNING" if ran else "READY"]
        if ran and not self.restores(self.former["RuntimeEnvironment"]):
            path = ["UPDATING", "ROLLING_BACK", "ROLLED_BACK"]
        # CloudFormation waits for the end. A test may want more to come.
        self.go("UpdateApplication", path)
        self.report()

    # --- For CloudFormation

    @property
    def physical_resource_id(self):
        return self.name

    @staticmethod
    def cloudformation_name_type():
        return "ApplicationName"

    @staticmethod
    def cloudformation_type():
        return "AWS::KinesisAnalyticsV2::Application"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        application = cls(properties["ApplicationName"], properties, region_name)
        service.invalid += mismatches("RuntimeEnvironment", properties["RuntimeEnvironment"], "CreateApplication.RuntimeEnvironment")
        # moto makes resources of a deleted stack again when it is asked for them.
        if service.makes:
            service.applications[application.name] = application
        return application

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        with lock:
            original_resource.update(cloudformation_json["Properties"])
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        with lock:
            application = service.applications.get(resource_name)
            if application is None:
                # CloudFormation takes what is gone for deleted.
                return
            service.calls.append("DeleteApplication")
            service.check("DeleteApplication", application)
            service.applications.pop(application.name)


class LogStream(CloudFormationModel):
    """A log stream, which moto does not make by a template."""

    __module__ = "moto.logs.account"

    def __init__(self, name):
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type():
        return "LogStreamName"

    @staticmethod
    def cloudformation_type():
        return "AWS::Logs::LogStream"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        logs_backends[ACCOUNT][REGION].create_log_stream(properties["LogGroupName"], properties["LogStreamName"])
        return cls(properties["LogStreamName"])

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        """Goes with its group."""


def _true(value):
    return str(value).lower() == "true"


# --- CloudFormation: what moto leaves out

@functools.lru_cache(maxsize=None)
def pickled(template):
    """A template takes half a second to be read, and is read many times."""
    return pickle.dumps(yaml.load(template, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def parsed(template):
    return pickle.loads(pickled(template)) or {}


def parse_change_set(change_set):
    change_set.template_dict = parsed(change_set.template)


cloudformation.Stack.parse_template = staticmethod(parsed)
cloudformation.ChangeSet._parse_template = parse_change_set


def known_parameters(template):
    return parsed(template).get("Parameters", {})


def with_defaults(template, given):
    """The service knows the values of defaults later; moto knows those of a caller. Those without a value are not there."""
    defaults = {name: str(each["Default"]) for name, each in known_parameters(template).items() if "Default" in each}
    given = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in given.items() if value is not None}
    return {**defaults, **given}


def check_parameters(template, values):
    """Refuses values that the template's parameters and rules do not allow."""
    for name, each in known_parameters(template).items():
        if name not in values:
            raise ValidationError(f"Parameters: [{name}] must have values")
        value = values[name]
        number = each["Type"] == "Number"
        wrong = (
            "AllowedValues" in each and value not in map(str, each["AllowedValues"])
            or "AllowedPattern" in each and not re.fullmatch(each["AllowedPattern"], value)
            or len(value) > int(each.get("MaxLength", len(value)))
            or number and not re.fullmatch("-?[0-9.]+", value)
            or number and not float(each.get("MinValue", value)) <= float(value) <= float(each.get("MaxValue", value)))
        if wrong:
            raise ValidationError(f"Parameter '{name}' must satisfy its constraints; it is '{value}'")
    for name, rule in parsed(template).get("Rules", {}).items():
        if "RuleCondition" in rule and not holds(rule["RuleCondition"], values):
            continue
        for each in rule["Assertions"]:
            if not holds(each["Assert"], values):
                raise ValidationError(f"Template error: rule {name} is not fulfilled: {each['AssertDescription']}")


def ValidationError(message):
    return cloudformation.ValidationError(None, message)


def holds(expression, values):
    """What a rule's function says."""
    (function, arguments), = expression.items()
    if function == "Fn::Not":
        return not holds(arguments[0], values)
    if function in ("Fn::And", "Fn::Or"):
        return (all if function == "Fn::And" else any)(holds(each, values) for each in arguments)
    first, second = (values[each["Ref"]] if isinstance(each, dict) else each for each in arguments)
    if function == "Fn::Equals":
        return str(first) == str(second)
    if function == "Fn::Contains":
        return second in map(str, first)
    raise AssertionError(f"not a function of rules here: {function}")


def create_inner(cls, resource_name, cloudformation_json, account_id, region_name, **_):
    template, parameters = inner(cloudformation_json)
    stack = cloudformation.cloudformation_backends[account_id][region_name].create_stack(resource_name, template, parameters)
    # moto names it by the stack around it and by the resource there.
    stack.outer = resource_name.rpartition("-Application-")[0]
    return stack


def root_of(stack):
    """The id of the stack that a stack is in; moto does not tell it."""
    found = cloudformation.cloudformation_backends[ACCOUNT][REGION].stacks.values() if stack.outer else []
    return next((each.stack_id for each in found if each.name == stack.outer), None)


def update_inner(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """moto deletes the stack within a stack, and makes another."""
    template, parameters = inner(cloudformation_json)
    original_resource.update(template, parameters=parameters)
    return original_resource


def inner(cloudformation_json):
    properties = cloudformation_json["Properties"]
    template = cloudformation.get_stack_from_s3_url(properties["TemplateURL"], account_id=ACCOUNT, partition="aws")
    parameters = with_defaults(template, properties.get("Parameters", {}))
    check_parameters(template, parameters)
    return template, parameters


cloudformation.Stack.create_from_cloudformation_json = classmethod(create_inner)
cloudformation.Stack.update_from_cloudformation_json = classmethod(update_inner)

_execute = cloudformation.CloudFormationBackend.execute_change_set
_create = cloudformation.CloudFormationBackend.create_change_set
_delete = cloudformation.CloudFormationBackend.delete_stack


def create_change_set(backend, stack_name, change_set_name, template, parameters, *more, **options):
    values = with_defaults(template, parameters)
    check_parameters(template, values)
    service.makes = True
    # A stack that was only thought of is not there.
    if options.get("change_set_type") == "CREATE":
        for identity in [each.stack_id for each in backend.stacks.values() if each.name == stack_name]:
            del backend.stacks[identity]
    return _create(backend, stack_name, change_set_name, template, values, *more, **options)


def execute_change_set(backend, change_set_name, stack_name=None):
    """An update that fails leaves the stack as it was."""
    change_set = backend.describe_change_set(change_set_name)
    stack = backend.stacks[change_set.stack_id]
    failing, service.failing_update = service.failing_update, None
    refused = []
    if not failing:
        before = len(service.refusals)
        try:
            _execute(backend, change_set_name, stack_name)
            stack.template_dict = change_set.template_dict
            stack.parameters = change_set.parameters
            # Tags that a change set does not name are gone.
            stack.tags = change_set.tags or {}
            stack.output_map = stack._create_output_map()
            return
        except Refused as error:
            refused = [str(error)]
        assert len(service.refusals) > before
    go_back(backend, stack, change_set, failing or {"reason": refused[0]})
    for application in service.applications.values():
        if failing and failing.get("path"):
            application.go("UpdateApplication", failing["path"])


def go_back(backend, stack, change_set, failing):
    """The events of an operation that fails at one resource: its rollback writes two more for each resource."""
    operation, own = change_set.change_set_type, parsed(change_set.template)["Resources"]
    undo = {"CREATE": "DELETE", "UPDATE": "UPDATE"}[operation]
    broken = failing.get("resource", "Application")
    inner = None
    if failing.get("inner"):
        inner = backend.create_stack(f"{stack.name}-{broken}-1A2B", json.dumps({"Resources": {}}), {})
        inner.events.clear()
        tell_rollback(inner, "CREATE", failing["inner"], list(failing["inner"]), "DELETE")
        for state in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"):
            tell_event(inner, state)
        inner.status = "DELETE_COMPLETE"
    tell_rollback(stack, operation, {broken: failing["reason"]}, list(own), undo, {broken: inner} if inner else {})
    stack.status = "UPDATE_ROLLBACK_COMPLETE" if operation == "UPDATE" else "ROLLBACK_COMPLETE"


def tell_rollback(stack, operation, broken, resources, undo, inner=None):
    tell_event(stack, f"{operation}_IN_PROGRESS")
    for name in resources:
        tell_event(stack, f"{operation}_IN_PROGRESS", name)
    for name, reason in broken.items():
        tell_event(stack, f"{operation}_FAILED", name, reason, (inner or {}).get(name))
    word = {"CREATE": "creation", "UPDATE": "update"}[operation]
    if resources[-1] not in broken:
        tell_event(stack, f"{operation}_FAILED", resources[-1], f"Resource {word} cancelled")
    rollback = "UPDATE_ROLLBACK" if operation == "UPDATE" else "ROLLBACK"
    tell_event(stack, f"{rollback}_IN_PROGRESS", None, f"The following resource(s) failed to {operation.lower()}: {list(broken)}. ")
    for name in resources:
        for end in ("IN_PROGRESS", "COMPLETE"):
            tell_event(stack, f"{undo}_{end}", name)
    tell_event(stack, f"{rollback}_COMPLETE")


def tell_event(stack, state, name=None, reason=None, inner=None):
    """An event of a stack, or of a resource in it; moto only writes those of stacks."""
    stack._add_stack_event(state, resource_status_reason=reason, resource_properties="")
    event = stack.events[-1]
    if name:
        kind = "AWS::CloudFormation::Stack" if inner else "AWS::CloudFormation::WaitCondition"
        event.logical_resource_id, event.resource_type = name, kind
        event.physical_resource_id = inner.stack_id if inner else f"{stack.name}-{name}"


def delete_stack(backend, name_or_stack_id):
    stack = backend.get_stack(name_or_stack_id)
    failing = service.failing_delete
    if not failing:
        service.makes = False
        try:
            _delete(backend, name_or_stack_id)
            return
        except Refused as error:
            failing = str(error)
    service.makes = True
    stack._add_stack_event("DELETE_FAILED", resource_status_reason=failing, resource_properties="")
    stack.status = "DELETE_FAILED"


def list_stack_resources(backend, stack_name_or_id):
    """moto makes the resources of a deleted stack again when it lists them, and fails if one of them was never made."""
    stack = backend.get_stack(stack_name_or_id)
    return [] if stack.status == "DELETE_COMPLETE" else stack.stack_resources


def parse_and_update_resource(logical_id, resource_json, resources_map, account_id, region_name):
    """What moto can't update stays as it is, and does not vanish."""
    original = resources_map[logical_id]
    if original is None:
        # Its condition does not hold.
        return None
    return _update(logical_id, resource_json, resources_map, account_id, region_name) or original


_update = parsing.parse_and_update_resource
parsing.parse_and_update_resource = parse_and_update_resource


def told_parameters(stack):
    """The service tells a list as it was given."""
    return {name: ",".join(value) if isinstance(value, list) else value
            # What was never made has no resolved ones.
            for name, value in (stack.resource_map.resolved_parameters or stack.parameters).items()}


_outputs = cloudformation.Stack.outputs
cloudformation.Stack.hides_outputs = False
cloudformation.Stack.outer = ""
cloudformation.Stack.root_id = cloudformation.Stack.parent_id = property(root_of)
cloudformation.Stack.outputs = property(lambda stack: None if stack.hides_outputs else _outputs.fget(stack))
cloudformation.Stack.stack_parameters = property(told_parameters)
cloudformation.Stack.parameter_list = property(lambda stack: [
    {"ParameterKey": name, "ParameterValue": value} for name, value in told_parameters(stack).items()])
cloudformation.CloudFormationBackend.execute_change_set = execute_change_set
cloudformation.CloudFormationBackend.create_change_set = create_change_set
cloudformation.CloudFormationBackend.delete_stack = delete_stack
cloudformation.CloudFormationBackend.list_stack_resources = list_stack_resources
parsing.get_model_list.cache_clear()
parsing.get_model_map.cache_clear()
parsing.get_name_type_map.cache_clear()


# --- Kinesis: what moto has wrong

def find_stream(backend, stream_arn):
    for stream in backend.streams.values():
        if stream.arn == stream_arn:
            return stream
    raise StreamNotFoundError(stream_arn.rpartition("/")[2], ACCOUNT)


def deregister_stream_consumer(backend, stream_arn, consumer_name, consumer_arn):
    """moto keeps the named consumer, and forgets all others."""
    stream = find_stream(backend, stream_arn)
    stream.consumers = [each for each in stream.consumers if each.consumer_name != consumer_name]


KinesisBackend._find_stream_by_arn = find_stream
KinesisBackend.deregister_stream_consumer = deregister_stream_consumer


# --- CloudWatch: what moto leaves out

_describe_alarms = CloudWatchResponse.describe_alarms


def describe_alarms(response):
    """moto asks for one condition only, and tells composite alarms also to those who do not ask for them."""
    found = _describe_alarms(response)
    kinds = response._get_param("AlarmTypes", []) or ["MetricAlarm"]
    state = response._get_param("StateValue")
    for kind in ("MetricAlarm", "CompositeAlarm"):
        found.result[f"{kind}s"] = [alarm for alarm in found.result[f"{kind}s"]
                                    if kind in kinds and state in (None, alarm.state_value)]
    return found


CloudWatchResponse.describe_alarms = describe_alarms
CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm


# --- MSK: what moto has wrong

def cluster_arn(cluster):
    """moto leaves the name out."""
    return f"arn:aws:kafka:{cluster.region_name}:{cluster.account_id}:cluster/{cluster.cluster_name}/{cluster.cluster_id}"


FakeKafkaCluster._generate_arn = cluster_arn


# --- IAM: what moto leaves out

def simulate(form):
    """Whether the inline policies of a role allow actions on resources."""
    role = form["PolicySourceArn"][0].rpartition("/")[2]
    backend = iam_backends[ACCOUNT]["aws"]
    statements = []
    for policy in backend.get_role(role).policies.values():
        document = json.loads(policy) if isinstance(policy, str) else policy
        # Those without a value are not there.
        statements += [statement for statement in document["Statement"] if statement]
    results = ""
    for action in _members(form, "ActionNames"):
        for resource in _members(form, "ResourceArns"):
            allowed = any(_fits(statement["Action"], action) and _fits(statement["Resource"], resource)
                          for statement in statements if statement["Effect"] == "Allow")
            results += (f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>"
                        f"<EvalDecision>{'allowed' if allowed else 'implicitDeny'}</EvalDecision></member>")
    return (f'<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{results}"
            f"</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>")


def _members(form, name):
    return [values[0] for key, values in form.items() if key.startswith(f"{name}.member.")]


def _fits(patterns, text):
    patterns = patterns if isinstance(patterns, list) else [patterns]
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


# --- HTTP

moto = DomainDispatcherApplication(create_backend_app)


def put(bucket, key, content):
    backend = s3_backends[ACCOUNT]["aws"]
    if bucket not in backend.buckets:
        backend.create_bucket(bucket, REGION)
    if key:
        backend.put_object(bucket, key, content.encode())


def measure(application, metrics, seconds, namespace="AWS/KinesisAnalytics", dimensions=None):
    """Puts metrics into CloudWatch, some seconds from now."""
    moment = utcnow() + datetime.timedelta(seconds=seconds)
    cloudwatch_backends[ACCOUNT][REGION].put_metric_data(namespace or "AWS/KinesisAnalytics", [
        {"MetricName": name, "Value": value, "Timestamp": moment,
         "Dimensions": dimensions or [{"Name": "Application", "Value": application}]}
        for name, values in metrics.items() for value in values])


def make_stack(name, template, parameters):
    """Makes a stack at once, as it would be after a deployment."""
    service.makes = True
    with open(template, encoding="utf-8") as file:
        body = file.read()
    values = with_defaults(body, parameters)
    check_parameters(body, values)
    cloudformation.cloudformation_backends[ACCOUNT][REGION].create_stack(name, body, values)


def change_stack(name, status, outputs=True, gone=(), failures=None):
    """Makes a stack what it is after something went wrong: without outputs, and without some of its resources."""
    stack = cloudformation.cloudformation_backends[ACCOUNT][REGION].get_stack(name)
    stack.status = status
    stack.hides_outputs = not outputs
    for resource in gone:
        del stack.resource_map._resource_json_map[resource]
        stack.resource_map._parsed_resources.pop(resource, None)
    for resource, reason in (failures or {}).items():
        stack._add_stack_event("CREATE_FAILED", resource_status_reason=reason, resource_properties="")
        stack.events[-1].logical_resource_id = resource


def forget_stack(name):
    """As if there had never been a stack of this name."""
    backend = cloudformation.cloudformation_backends[ACCOUNT][REGION]
    service.applications.pop(name, None)
    for stack in [each for each in backend.stacks.values() if each.name == name]:
        del backend.stacks[stack.stack_id]
    for role in [each for each in iam_backends[ACCOUNT]["aws"].roles.values() if each.name.startswith(f"{name}-")]:
        iam_backends[ACCOUNT]["aws"].roles.pop(role.id, None)
    for group in [each for each in logs_backends[ACCOUNT][REGION].groups if each.endswith(f"/{name}")]:
        del logs_backends[ACCOUNT][REGION].groups[group]
    for dashboard in [each for each in cloudwatch_backends[ACCOUNT][REGION].dashboards if each == name]:
        del cloudwatch_backends[ACCOUNT][REGION].dashboards[dashboard]


def control(body):
    with lock:
        wanted = json.loads(body) if body else {}
        if wanted.get("reset"):
            service.reset()
        for name in ("errors", "paths", "failing_update", "limit", "metrics", "failing_delete", "faults"):
            if name in wanted:
                setattr(service, name, wanted[name])
        for name, content in wanted.get("objects", {}).items():
            put(*name.split("/", 1), content)
        for stream in wanted.get("streams", []):
            kinesis_backends[ACCOUNT][REGION].create_stream(stream, 1)
        if wanted.get("forget_metrics"):
            cloudwatch_backends[ACCOUNT][REGION].metric_data = []
        if "forget_stack" in wanted:
            forget_stack(wanted["forget_stack"])
        for stack in wanted.get("stacks", []):
            make_stack(**stack)
        for stack in wanted.get("changed_stacks", []):
            change_stack(**stack)
        for point in wanted.get("points", []):
            measure(point["application"], {point["metric"]: point["values"]}, point["seconds"], point.get("namespace"), point.get("dimensions"))
        if "seed" in wanted:
            service.random = random.Random(wanted["seed"])
        for name in wanted.get("gone", []):
            del service.applications[name]
        for name, statuses in wanted.get("statuses", {}).items():
            service.applications[name].put(statuses)
        for name, jar in wanted.get("jars", {}).items():
            configuration = service.applications[name].properties["ApplicationConfiguration"]
            configuration["ApplicationCodeConfiguration"]["CodeContent"]["S3ContentLocation"]["FileKey"] = jar
        for name, snapshots in wanted.get("snapshots", {}).items():
            for snapshot in snapshots:
                service.applications[name].add_snapshot(snapshot, ["READY"])
        return json.dumps({
            "calls": service.calls, "refusals": service.refusals, "invalid": service.invalid, "steps": service.steps,
            "seen": service.seen, "replaced": service.replaced, "updates": service.updates,
            "applications": {each.name: {"status": each.status, "snapshots": sorted(each.snapshots),
                                         "startedFrom": each.started_from, "runConfiguration": each.run_configuration,
                                         "runtime": each.properties["RuntimeEnvironment"],
                                         "jar": each.detail()["ApplicationConfigurationDescription"][
                                             "ApplicationCodeConfigurationDescription"]["CodeContentDescription"][
                                             "S3ApplicationCodeLocationDescription"]["FileKey"]}
                             for each in service.applications.values()}})


def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    target = environ.get("HTTP_X_AMZ_TARGET", "")

    def answer(status, kind, text):
        start_response(status, [("Content-Type", kind)])
        return [text.encode()]

    if environ["PATH_INFO"] == "/_account":
        return answer("200 OK", "application/json", control(environ["wsgi.input"].read(length)))
    line = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {target} {environ.get('QUERY_STRING', '')}"
    for fault in service.faults:
        if re.search(fault["request"], line):
            environ["wsgi.input"].read(length)
            return answer(fault["status"], "text/xml", fault["body"])
    if target.startswith(TARGET):
        request = json.loads(environ["wsgi.input"].read(length))
        try:
            return answer("200 OK", "application/x-amz-json-1.1", json.dumps(service.call(target[len(TARGET):], request)))
        except Refused as refused:
            return answer("400 Bad Request", "application/x-amz-json-1.1",
                          json.dumps({"__type": refused.code, "message": str(refused)}))
    if "/iam/" in environ.get("HTTP_AUTHORIZATION", ""):
        body = environ["wsgi.input"].read(length)
        form = urllib.parse.parse_qs(body.decode())
        if form.get("Action") == ["SimulatePrincipalPolicy"]:
            return answer("200 OK", "text/xml", simulate(form))
        environ["wsgi.input"] = io.BytesIO(body)
    return moto(environ, start_response)


if __name__ == "__main__":
    port = int(sys.argv[1])
    run_simple("127.0.0.1", port, app, threaded=True)

"""The stack: what CloudFormation says of it, and how it is made, changed and deleted."""

import re

from calls import CallFailed, Late, Stop, WORK
from jar import read_template, template_file
from options import SET_HERE

#: A stack in one of these was never made whole. CloudFormation only lets it be deleted.
BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}

#: All that CloudFormation does not leave by itself.
SETTLED = BROKEN | {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE",
                    "UPDATE_ROLLBACK_FAILED", "DELETE_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE",
                    "IMPORT_ROLLBACK_FAILED"}


#: What the outputs of a stack name, and the resource of application.yaml that it is.
RESOURCES = {"ApplicationName": "Application", "LogGroupName": "LogGroup", "AthenaWorkGroup": "WorkGroup",
             "ArchiveDatabase": "ArchiveDatabase", "DashboardName": "Dashboard"}

INNER = "AWS::CloudFormation::Stack"

#: The operations on a stack. A rollback is part of one.
OPERATIONS = {"CREATE", "UPDATE", "DELETE", "IMPORT"}

#: The reason of a failure that only follows from another one.
CANCELLED = re.compile(r"^Resource \w+ cancell?ed")

#: The parameters that every template of this project has had.
OURS = {"JarBucket", "JarKey", "Source"}


class Stack:
    def __init__(self, calls, name):
        self._calls = calls
        self.name = name
        self.id = name
        self.status = ""
        self.parameters = {}
        self.tags = {}
        self.outputs = {}
        #: The name of the stack that this one is a part of; empty if it is none.
        self.root = ""
        self._resources = None
        #: What this run has done to it.
        self._done = "unchanged"

    # --- What it is

    def look(self, may_fail=True):
        """Reads all that is known of the stack, and says whether it is there."""
        try:
            found = self._calls.read("cloudformation", "describe-stacks", "--stack-name", self.name, may_fail=may_fail)
        except CallFailed as failed:
            if "does not exist" in str(failed):
                return False
            raise Stop(f"the stack {self.name} can't be read",
                       "check your login, the Region, and your permissions (cloudformation:DescribeStacks)", str(failed)) from failed
        stack = found["Stacks"][0]
        self.id = stack["StackId"]
        self.status = stack["StackStatus"]
        self.parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
        self.tags = {each["Key"]: each["Value"] for each in stack.get("Tags", [])}
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
        # An ARN, which ends with stack/NAME/ID.
        self.root = (stack.get("RootId") or stack.get("ParentId") or "//").split("/")[1]
        self._calls.make_with(jar_bucket=self.parameters.get("JarBucket"))
        # What is left of a change set that was never carried out is no stack; a deployment goes on from it.
        return self.status != "REVIEW_IN_PROGRESS"

    def need(self):
        if not self.look(may_fail=False):
            raise Stop(f"there is no stack {self.name} in this Region",
                       "specify another one with --stack or --region; cloudformation/README.md explains how to create one")

    def told(self):
        """What this run has done to the stack."""
        if self._done == "begun":
            return f"the stack {self.name}, whose update has begun: '{self._hint('status')}' shows how it ended"
        return f"the stack {self.name}, {self._done}"

    def left(self):
        """What there is of the stack when its creation did not end well."""
        name, deletes = self.name, f"'{self._hint('destroy --yes')}' deletes it"
        if not self._calls.has_changed():
            return f"no stack {name}"
        self.status = ""
        try:
            self.look()
        except Stop:
            return f"the stack {name}, possibly incomplete: {deletes}"
        if not self.status:
            return f"no stack {name}: CloudFormation did not begin it"
        if self.status == "REVIEW_IN_PROGRESS":
            return f"an empty stack {name}, which is harmless: the next deploy uses it"
        if self.status == "ROLLBACK_COMPLETE":
            return f"the stack {name}, ROLLBACK_COMPLETE, whose resources are deleted: {deletes}"
        return f"the stack {name}, {self.status}: {deletes}"

    def need_idle(self):
        """Nobody may be at work on the stack."""
        if not self.is_at_work():
            return
        cancel = ""
        if self.status == "UPDATE_IN_PROGRESS":
            cancel = f", or cancel the update with '{self._aws_hint('cancel-update-stack')}'"
        raise Stop(f"the stack {self.name} is being changed: it is {self.status}",
                   f"nothing was changed; wait until '{self._hint('status')}' shows another status{cancel}, and run this again")

    def need_settled(self):
        """The stack must not be at work, nor be what is left of one that could not be made."""
        self.need_idle()
        if self.status in BROKEN or self.status == "UPDATE_ROLLBACK_FAILED":
            what = "deletion" if self.status == "DELETE_FAILED" else "creation"
            why = f": its {what} did not complete" if self.status in BROKEN else ""
            raise Stop(f"the stack {self.name} is {self.status}{why}", self.remedy(), self.failures())

    def remedy(self):
        """What to do first with a stack in which something failed; empty if it needs nothing."""
        if self.status == "DELETE_FAILED":
            return (f"find out what can't be deleted (for example, a bucket must be empty), run '{self._hint('destroy --yes')}' "
                    f"again, then create the stack with '{self._creation()}'")
        if self.status in BROKEN:
            return f"delete it with '{self._hint('destroy --yes')}', then create it with '{self._creation()}'"
        if self.status == "UPDATE_ROLLBACK_FAILED":
            return f"find the cause, then run '{self._aws_hint('continue-update-rollback')}'"
        if self.status == "UPDATE_FAILED":
            return f"find the cause, then run '{self._aws_hint('rollback-stack')}'"
        return ""

    def is_at_work(self):
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def application_name(self):
        name = self.find("ApplicationName")
        if name:
            return name
        if self.is_ours():
            raise Stop(f"the stack {self.name} is {self.status} and has no application", self.way_on(), self.failures())
        raise Stop(f"the stack {self.name} has no output ApplicationName",
                   "it was not created from a template of this project: specify another one with --stack")

    def is_ours(self):
        """Whether a template of this project made it."""
        return OURS <= set(self.parameters)

    def need_ours(self):
        """Refuses to change a stack that another project created, or a stack that another one contains.

        A change set that never ran has left an empty stack.
        """
        if self.root:
            raise Stop(f"the stack {self.name} is a part of the stack {self.root}, which creates, updates, and deletes it",
                       f"nothing was changed; use --stack {self.root}")
        is_empty = self.status == "REVIEW_IN_PROGRESS" and not self.resources()
        if not self.is_ours() and not is_empty:
            raise Stop(f"the stack {self.name} was not created from a template of this project",
                       "nothing was changed; specify another one with --stack")

    def way_on(self):
        """What to do with a stack that has no application."""
        if self.is_at_work():
            return f"wait until '{self._hint('status')}' shows another status"
        return f"fix the cause, {self.anew()}"

    def anew(self):
        """How the user makes the stack once more."""
        return f"delete the stack with '{self._hint('destroy --yes')}', and create it with '{self._creation()}'"

    def find(self, output):
        """What an output of RESOURCES names. A stack that was not made whole may have no outputs, but resources."""
        found = self.outputs.get(output)
        if found or not self.is_ours():
            return found or ""
        inner = self.application_stack()
        if not inner:
            return ""
        return inner.outputs.get(output) or inner.resources().get(RESOURCES[output], ("", ""))[1]

    def application_stack(self):
        """The stack that the application is in: this one, or in the template full one within it; None if that is not there."""
        if self.template() == "application":
            return self
        # The application has its stack's name.
        name = self.outputs.get("ApplicationName")
        if not name:
            kind, name = self.resources().get("Application", ("", ""))
            if kind != INNER:
                return None
        inner = Stack(self._calls, name)
        return inner if inner.look(may_fail=False) else None

    def application_parameters(self):
        """The parameters that the application was made by; none if its stack is not there."""
        inner = self.application_stack()
        return inner.parameters if inner else {}

    def resources(self):
        """Kinds and physical ids of the resources that are there, by their names in the template."""
        if self._resources is None:
            found = self._calls.read(
                "cloudformation", "describe-stack-resources", "--stack-name", self.id, "--query",
                "StackResources[?PhysicalResourceId && ResourceStatus != 'DELETE_COMPLETE']"
                ".[LogicalResourceId, ResourceType, PhysicalResourceId]",
                or_stop=(f"the resources of the stack {self.name} can't be listed",
                         "nothing was changed; check that you have the permission cloudformation:DescribeStackResources"))
            self._resources = {name: (kind, identity) for name, kind, identity in found or []}
        return self._resources

    def template(self):
        """Which of the two templates it was made by."""
        return "full" if "ApplicationTemplateUrl" in self.parameters else "application"

    def need_template(self, template):
        """One template can't update a stack of the other: it would delete what the other has."""
        if template and self.template() != template:
            raise Stop(f"the stack {self.name} uses the template {self.template()}",
                       f"nothing was changed; use --template {self.template()}, or omit --template")

    def is_as(self, template_file, parameters, tags):
        """Whether a deployment would change nothing: the stack has these parameters, tags, and template already."""
        return (self.status.endswith("_COMPLETE") and bool(self.parameters) and parameters.items() <= self.parameters.items()
                and tags.items() <= self.tags.items()
                and read_template(self._calls, template_file) == read_template(self._calls, self.save_template()))

    def save_template(self):
        """Writes its template into a file in WORK, and gives the file's name."""
        file = f"{WORK}/present.yaml"
        self._calls.save(file, "cloudformation", "get-template", "--stack-name", self.name, "--query", "TemplateBody",
                         "--output", "text", or_stop=("the stack's template can't be read", "nothing was changed; try again"))
        return file

    # --- What is done to it

    def deploy(self, bucket, template_file, parameters, tags):
        """Makes or updates the stack, and waits for it, unless there is nothing to change, which the answer False says.

        Parameters and tags that are not given stay as they are.
        """
        words = ["cloudformation", "deploy", "--stack-name", self.name, "--template-file", template_file,
                 "--s3-bucket", bucket, "--s3-prefix", "clickstream/templates", "--capabilities", "CAPABILITY_IAM",
                 "--no-fail-on-empty-changeset", "--parameter-overrides",
                 *[f"{name}={value}" for name, value in parameters.items()]]
        # Without tags, aws would remove those that the stack has.
        tags = {**self.tags, **tags}
        if tags:
            words += ["--tags", *[f"{name}={value}" for name, value in tags.items()]]
        is_new = not self.status or self.status == "REVIEW_IN_PROGRESS"
        unclear, lost = "", False
        self._done = "begun"
        try:
            told = self._calls.change(*words)
        except CallFailed as failed:
            told = str(failed)
            # This failure is of a stack that is at work, or was: aws waits for an hour, and the template full may need more.
            if "Failed to create/update the stack" not in told and not failed.is_passing():
                self._done = "unchanged"
                raise Stop(f"the stack {self.name} can't be {'created' if is_new else 'updated'}",
                           "fix the cause and run this again" if is_new
                           else "fix the cause; the stack is unchanged", told) from failed
            unclear, lost = told, failed.is_passing()
        if "No changes to deploy" in told:
            self._done = "unchanged"
            self._calls.say("There is nothing to change in the stack")
            return False
        if lost:
            self._calls.say("aws did not see the end, so the script waits for the stack itself")
        # Of a stack that was never begun there is only a change set.
        idle = SETTLED | {"REVIEW_IN_PROGRESS"} if unclear else SETTLED
        self._await(self.name, idle, "CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE")
        ended = self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        if unclear and (ended or self.status == "REVIEW_IN_PROGRESS"):
            self.look()
            if not self.is_as(template_file, parameters, tags):
                raise Stop(f"the stack {self.name} is {self.status}, and not as this command wanted it: the deployment did not run",
                           "run this again", unclear)
        elif not ended:
            self._fail_deployment(is_new)
        self._done = "updated"
        return True

    def way_out(self):
        """How to change something in the stack, so that the service starts an application that was rolled back."""
        name, now, wanted = self._another_number()
        return (f"run '{self._hint(f'update --set {name}={wanted}')}', or update with another jar or with another value of "
                f"another parameter. A second update can set {name}={now} again")

    def _another_number(self):
        """A parameter, its value, and another value that is not above the stack's limits."""
        now, limit = (self._number(name, default) for name, default in (("Parallelism", 1), ("MaxParallelism", 0)))
        if not 0 < limit <= now:
            return "Parallelism", now, now + 1
        if now > 1:
            return "Parallelism", now, now - 1
        now = self._number("ParallelismPerKpu", 1)
        return "ParallelismPerKpu", now, 2 if now == 1 else 1

    def _number(self, name, default):
        value = self.parameters.get(name, "")
        return int(value) if value.isdigit() else default

    def delete(self):
        """Deletes the stack, and gives what CloudFormation keeps of it."""
        self._calls.change("cloudformation", "delete-stack", "--stack-name", self.name,
                           or_stop=(f"the stack {self.name} can't be deleted", "fix the cause and try again"))
        # A deleted stack is known by its id only.
        self._await(self.id, SETTLED - {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, "DELETE_COMPLETE")
        if self.status != "DELETE_COMPLETE":
            raise Stop(f"the stack {self.name} was not deleted: it is {self.status}",
                       "fix the cause above (for example, a bucket must be empty), and try again", self.failures())
        try:
            kept = self._calls.read("cloudformation", "list-stack-resources", "--stack-name", self.id, "--query",
                                    "StackResourceSummaries[?ResourceStatus=='DELETE_SKIPPED'].[ResourceType, PhysicalResourceId]",
                                    may_fail=True)
        except CallFailed:
            # What stays is only told. The stack is gone either way.
            kept = []
        return kept or []

    def _await(self, name, done, assume):
        unseen = (f"the stack {self.name} can no longer be read", f"see '{self._hint('status')}'")
        try:
            self.status = self._calls.until(
                f"the stack {self.name}",
                ["cloudformation", "describe-stacks", "--stack-name", name, "--query", "Stacks[0].StackStatus"],
                done, assume, or_stop=unseen)
        except Late as late:
            raise Stop(f"the stack {self.name} is still {late} after {self._calls.minutes()} minutes",
                       f"see '{self._hint('status')}'; use --timeout MINUTES to wait longer", late.said) from None

    def _fail_deployment(self, is_new):
        if is_new:
            raise Stop(f"the stack {self.name} was not created: it is {self.status}",
                       f"fix the cause above, run '{self._hint('destroy --yes')}', and run this again",
                       self.failures())
        if self.status == "UPDATE_ROLLBACK_COMPLETE":
            self._done = "as before the update"
        raise Stop(f"the stack {self.name} was not updated: it is {self.status}",
                   "the stack was rolled back; fix the cause above. "
                   f"'{self._hint('status')}' shows the state of the application and what to do", self.failures())

    def failures(self):
        """What went wrong in the last operation on the stack, a line for each resource, the cause first."""
        return "\n".join(self._failures_of(self.id, OPERATIONS))

    def _failures_of(self, stack, operations):
        """The failures in the last of these operations on a stack. Those in a stack within it take the place of its own."""
        try:
            events = self._calls.read(
                "cloudformation", "describe-stack-events", "--stack-name", stack, "--query",
                "StackEvents[].[StackId, LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason]")
        except CallFailed:
            return []
        found, cancelled = [], []
        # The newest event comes first, and a rollback adds two events for each resource.
        for outer, name, resource, kind, state, reason in events or []:
            if resource == outer and state in {f"{each}_IN_PROGRESS" for each in operations}:
                break
            if not state.endswith("_FAILED"):
                continue
            told = [f"{name}: {reason}"]
            if kind == INNER and resource and resource not in (outer, stack):
                # By then the rollback may have deleted it. Its ARN still leads to its events.
                told = self._failures_of(resource, {state.partition("_")[0]}) or told
            (cancelled if CANCELLED.search(str(reason)) else found).append(told)
        return [line for told in reversed(found or cancelled) for line in told]

    def _hint(self, command):
        return self._calls.hint(command, self.name)

    def _creation(self):
        """How the user creates this stack once more, as it was to be."""
        words = ["deploy"]
        if self.is_ours():
            words += ["--template", self.template()] if self.template() == "full" else []
            words += ["--source", self.parameters["Source"]]
            known = read_template(self._calls, template_file(self.template()))["Parameters"]
            for name, value in self.parameters.items():
                if name not in {"Source", *SET_HERE} and name in known and value != str(known[name].get("Default", "")):
                    words += ["--set", f"{name}={value}"]
            for name, value in self.tags.items():
                words += ["--tag", f"{name}={value}"]
        return self._calls.hint(words, self.name)

    def hint_of_another(self):
        """How the user makes a second stack with brokers."""
        return self._calls.hint("deploy --template full --source msk", f"{self.name[:48]}-2")

    def _aws_hint(self, operation):
        return self._calls.aws_hint("cloudformation", operation, "--stack-name", self.name)

"""The stack: what CloudFormation says of it, and how it is made, changed and deleted."""

from calls import CallFailed, Late, Stop

#: A stack in one of these was never made whole. CloudFormation only lets it be deleted.
BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}

#: All that CloudFormation does not leave by itself.
SETTLED = BROKEN | {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE",
                    "UPDATE_ROLLBACK_FAILED", "DELETE_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE",
                    "IMPORT_ROLLBACK_FAILED"}


class Stack:
    def __init__(self, calls, name):
        self._calls = calls
        self.name = name
        self.id = name
        self.status = ""
        self.parameters = {}
        self.tags = {}
        self.outputs = {}

    # --- What it is

    def look(self, may_fail=True):
        """Reads all that is known of the stack, and says whether it is there."""
        try:
            found = self._calls.read("cloudformation", "describe-stacks", "--stack-name", self.name, may_fail=may_fail)
        except CallFailed as failed:
            if "does not exist" in str(failed):
                return False
            raise Stop(f"the stack {self.name} can't be looked at",
                       "check login, region and rights (cloudformation:DescribeStacks)", str(failed)) from failed
        stack = found["Stacks"][0]
        self.id = stack["StackId"]
        self.status = stack["StackStatus"]
        self.parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
        self.tags = {each["Key"]: each["Value"] for each in stack.get("Tags", [])}
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
        # What is left of a change set that was never carried out is no stack; a deployment goes on from it.
        return self.status != "REVIEW_IN_PROGRESS"

    def need(self):
        if not self.look(may_fail=False):
            raise Stop(f"there is no stack {self.name} in this region",
                       f"make it by '{self._hint('deploy')}', or name another")

    def need_settled(self):
        """The stack must not be at work, nor be what is left of one that could not be made."""
        if self.status in BROKEN:
            raise Stop(f"the stack {self.name} is {self.status}: it was never made whole",
                       f"delete it by '{self._hint('destroy --yes')}', then deploy again")
        if self.status == "UPDATE_ROLLBACK_FAILED":
            raise Stop(f"the stack {self.name} is {self.status}",
                       f"see what is wrong, then 'aws cloudformation continue-update-rollback --stack-name {self.name}'")
        if self.status not in SETTLED:
            raise Stop(f"somebody is at work on the stack {self.name}: it is {self.status}", "try again when it is done")

    def application_name(self):
        name = self.outputs.get("ApplicationName")
        if not name:
            raise Stop(f"the stack {self.name} has no output ApplicationName",
                       "it was not made by a template of this project: name another by --stack")
        return name

    def application_parameters(self, application):
        """The parameters that the application was made by. In the template full it is in a stack of its own, of its name."""
        if self.template() == "application":
            return self.parameters
        inner = Stack(self._calls, application)
        inner.need()
        return inner.parameters

    def template(self):
        """Which of the two templates it was made by."""
        return "full" if "ApplicationTemplateUrl" in self.parameters else "application"

    def need_template(self, template):
        """One template can't update a stack of the other: it would delete what the other has."""
        if self.template() != template:
            raise Stop(f"the stack {self.name} is one of the template {self.template()}",
                       f"nothing was changed; say --template {self.template()}")

    # --- What is done to it

    def deploy(self, bucket, template_file, parameters, tags):
        """Makes or updates the stack, and waits for it. Parameters and tags that are not given stay as they are."""
        words = ["cloudformation", "deploy", "--stack-name", self.name, "--template-file", template_file,
                 "--s3-bucket", bucket, "--s3-prefix", "clickstream/templates", "--capabilities", "CAPABILITY_IAM",
                 "--no-fail-on-empty-changeset", "--parameter-overrides",
                 *[f"{name}={value}" for name, value in parameters.items()]]
        # Without tags, aws would remove those that the stack has.
        tags = {**self.tags, **tags}
        if tags:
            words += ["--tags", *[f"{name}={value}" for name, value in tags.items()]]
        is_new = not self.status or self.status == "REVIEW_IN_PROGRESS"
        try:
            told = self._calls.change(*words)
        except CallFailed as failed:
            told = str(failed)
            # This failure is of a stack that is at work, or was: aws waits for an hour, and the template full may need more.
            if "Failed to create/update the stack" not in told and not failed.is_timeout():
                raise Stop(f"the stack {self.name} can't be {'made' if is_new else 'updated'}",
                           "put right what is said and run this again" if is_new
                           else "put right what is said; the stack is as it was", told) from failed
        if "No changes to deploy" in told:
            self._calls.say("There is nothing to change in the stack")
            return
        self._await(self.name, SETTLED, "CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE")
        if self.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            self._fail_deployment(is_new)

    def delete(self):
        """Deletes the stack, and gives what CloudFormation keeps of it."""
        self._calls.change("cloudformation", "delete-stack", "--stack-name", self.name,
                           or_stop=(f"the stack {self.name} can't be deleted", "put right what is said and try again"))
        # A deleted stack is known by its id only.
        self._await(self.id, SETTLED - {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, "DELETE_COMPLETE")
        if self.status != "DELETE_COMPLETE":
            raise Stop(f"the stack {self.name} was not deleted: it is {self.status}",
                       "put right what is said above (a bucket must be empty, say), and try again", self._failures())
        try:
            kept = self._calls.read("cloudformation", "list-stack-resources", "--stack-name", self.id, "--query",
                                    "StackResourceSummaries[?ResourceStatus=='DELETE_SKIPPED'].[ResourceType, PhysicalResourceId]",
                                    may_fail=True)
        except CallFailed:
            # What stays is only told. The stack is gone either way.
            kept = []
        return kept or []

    def _await(self, name, done, assume):
        unseen = (f"the stack {self.name} can't be looked at any more", f"see '{self._hint('status')}'")
        try:
            self.status = self._calls.until(
                f"the stack {self.name}",
                ["cloudformation", "describe-stacks", "--stack-name", name, "--query", "Stacks[0].StackStatus"],
                done, assume, or_stop=unseen)
        except Late as late:
            raise Stop(f"the stack {self.name} is not done after {self._calls.minutes()} minutes: it is {late}",
                       f"see '{self._hint('status')}'; wait for longer by --timeout MINUTES") from None

    def _fail_deployment(self, is_new):
        if is_new:
            raise Stop(f"the stack {self.name} was not made: it is {self.status}",
                       f"put right what is said above, '{self._hint('destroy --yes')}', and deploy again",
                       self._failures())
        raise Stop(f"the stack {self.name} was not updated: it is {self.status}",
                   "the stack went back to what it was; put right what is said above. "
                   f"'{self._hint('status')}' shows how the application is. If it is READY, '{self._hint('deploy')}' with "
                   "the old jar starts it", self._failures())

    def _failures(self):
        """What went wrong in the stack lately, a line for each resource."""
        try:
            failures = self._calls.read(
                "cloudformation", "describe-stack-events", "--stack-name", self.id, "--max-items", "50", "--query",
                "StackEvents[?ends_with(ResourceStatus, '_FAILED')].[LogicalResourceId, ResourceStatusReason]")
        except CallFailed:
            return ""
        return "\n".join(": ".join(str(part) for part in failure) for failure in failures or [])

    def _hint(self, command):
        return self._calls.hint(command, self.name)

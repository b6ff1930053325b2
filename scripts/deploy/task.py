"""What every command works on."""

import shlex
import subprocess

from calls import CallFailed, Calls
from flink import version_of
from jar import Bucket, PROJECT
from options import Misuse
from stack import Stack


class Task:
    def __init__(self, options, arguments):
        self.options = options
        self._arguments = arguments
        self.calls = Calls(options.aws, options.dry_run, options.poll, options.timeout)
        self.stack = Stack(self.calls, options.stack)
        #: What there is when a step fails: texts, or functions that give one.
        self.made = []
        #: Whether another run would have nothing to do.
        self.complete = False
        self._region = options.region()
        self.calls.make_with(template=options.template, source=options.given.get("Source") if "--source" in options.named else "",
                             jar_bucket=options.jar_bucket, jar=options.jar)

    def region(self):
        if not self._region:
            self._region = self.calls.ask("region", "configure", "get", "region",
                                          or_stop=("the Region is unknown", "use --region"))
        return self._region

    def bucket(self, name):
        """A bucket of jars, of whose files the user is told if the command fails."""
        return Bucket(self.calls, name, self.made)

    def jar(self, runtime):
        """The jar that is given, or the one of the project for a runtime, made anew if a source is newer."""
        if self.options.jar:
            return self.options.jar
        made = subprocess.run(["bash", "-c", 'source "$0/scripts/lib.sh" && choose_flink --flink "$1" && build_jar >&2 && echo "$jar"',
                               PROJECT, version_of(runtime)],
                              stdout=subprocess.PIPE, text=True, check=False)
        if made.returncode:
            raise Misuse("the jar can't be built: see above, or specify one with --jar")
        return made.stdout.strip()

    def again(self, *more):
        """How the user runs this command once more, with more options."""
        return shlex.join(["scripts/deploy.sh", *self._arguments, *more])

    def add_option(self, *words):
        """Adds what the user would have to name to run this command once more."""
        if words[0] not in self.options.named:
            self._arguments = [*self._arguments, *words]

    def hint(self, command):
        return self.calls.hint(command, self.stack.name)

    def console(self, page):
        """The address of a page of the console."""
        region = self.region()
        hosts = {"cn": "console.amazonaws.cn", "us-gov": "console.amazonaws-us-gov.com"}
        partition = "us-gov" if region.startswith("us-gov-") else region.split("-")[0]
        host = hosts.get(partition, "console.aws.amazon.com")
        return f"https://{region}.{host}/{page}".replace("REGION", region)

    def dashboard_page(self, name):
        return self.console(f"cloudwatch/home?region=REGION#dashboards/dashboard/{name}")

    def show_addresses(self, application):
        name = application.name
        dashboard = self._dashboard_of(application)
        page = f"Dashboard          {self.dashboard_page(dashboard)}\n" if dashboard else ""
        self.calls.result(f"""
Application        {self.console(f'flink/home?region=REGION#/applications/{name}')}
{page}Stack              {self.console(f'cloudformation/home?region=REGION#/stacks?filteringText={self.stack.name}')}
Flink web UI       aws kinesisanalyticsv2 create-application-presigned-url --application-name {name} --url-type FLINK_DASHBOARD_URL
Status             {self.hint('status')}
Log                {self.hint('logs')}""")

    def _dashboard_of(self, application):
        """The name of its dashboard; empty if that is not known. The application has its stack's name."""
        try:
            found = self.calls.read("cloudformation", "describe-stack-resources", "--stack-name", application.name, "--query",
                                    "StackResources[?LogicalResourceId=='Dashboard'].PhysicalResourceId | [0]", may_fail=True)
        except CallFailed:
            return ""
        return found or ""

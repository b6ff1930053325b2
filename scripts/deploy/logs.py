"""The command logs."""

import time

from calls import Stop


def logs(task):
    task.stack.need()
    group = task.stack.outputs.get("LogGroupName")
    if not group:
        raise Stop(f"the stack {task.stack.name} has no output LogGroupName",
                   "it was not made by a template of this project: name another by --stack")
    pattern = ["--filter-pattern", '{ $.messageType = "ERROR" || $.messageType = "WARN" }'] if task.options.errors else []
    since = int(time.time() - task.options.minutes * 60) * 1000
    messages = task.calls.read("logs", "filter-log-events", "--log-group-name", group, "--start-time", str(since), *pattern,
                               "--query", "events[].message",
                               or_stop=(f"the log group {group} can't be read", "check that you may logs:FilterLogEvents"))
    for message in messages or []:
        task.calls.result(message.rstrip("\n"))

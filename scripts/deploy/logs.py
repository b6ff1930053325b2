"""The command logs."""

import datetime

from calls import Stop


#: The log stream of the templates.
STREAM = "kinesis-analytics-log-stream"


def logs(task):
    task.stack.need()
    group = task.stack.find("LogGroupName")
    if not group:
        if task.stack.is_ours():
            raise Stop(f"the stack {task.stack.name} is {task.stack.status} and has no log group", task.stack.way_on())
        raise Stop(f"the stack {task.stack.name} has no output LogGroupName",
                   "it was not created from a template of this project: specify another one with --stack")
    minutes, errors = task.options.minutes, task.options.errors
    pattern = ["--filter-pattern", '{ $.messageType = "ERROR" || $.messageType = "WARN" }'] if errors else []
    since = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)
    messages = task.calls.read("logs", "filter-log-events", "--log-group-name", group, "--start-time",
                               str(int(since.timestamp()) * 1000), *pattern, "--query", "events[].message",
                               or_stop=lambda failed: _unread(task, group, failed))
    for message in messages or []:
        task.calls.result(message.rstrip("\n"))
    if not messages:
        what = "warnings or errors" if errors else "messages"
        task.calls.remark(f"No {what} in the log group {group} in the last {minutes} minutes, since {since:%Y-%m-%d %H:%M:%S} UTC. "
                          "Use --minutes N to look further back")


def _unread(task, group, failed):
    if failed.code() != "ResourceNotFoundException":
        return f"the log group {group} can't be read", "check that you have the permission logs:FilterLogEvents"
    for_group = task.calls.aws_hint("logs", "create-log-group", "--log-group-name", group)
    for_stream = task.calls.aws_hint("logs", "create-log-stream", "--log-group-name", group, "--log-stream-name", STREAM)
    return (f"the log group {group} does not exist: someone deleted it",
            f"an update of the stack does not create it again. Create it with '{for_group}', and its log stream with '{for_stream}'")

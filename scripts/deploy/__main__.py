"""Runs one command of scripts/deploy.sh."""

import os
import signal
import sys

import options
from calls import CallFailed, Stop, tell
from deployment import deploy, update
from destroy import destroy
from doctor import doctor
from jar import NoJar
from logs import logs
from query import query
from rollback import rollback
from status import status
from task import Task

COMMANDS = {"deploy": deploy, "update": update, "status": status, "doctor": doctor, "logs": logs, "query": query,
            "rollback": rollback, "destroy": destroy}


#: The commands that change something, and go on where an earlier run ended.
CHANGING = {"deploy", "update", "rollback", "destroy"}


def main(arguments):
    try:
        parsed = options.parse(arguments)
    except options.Misuse as misuse:
        return refuse(misuse)
    if parsed is None:
        tell(options.HELP.rstrip("\n"))
        return 0
    # No pager, and answers in plain JSON, whatever the user's own configuration says.
    os.environ["AWS_PAGER"] = ""
    task = Task(parsed, arguments)
    try:
        code = COMMANDS[parsed.command](task) or 0
        task.calls.end()
        return code
    except (options.Misuse, NoJar) as misuse:
        code = refuse(misuse)
    except Stop as stop:
        code = 1
        print(f"deploy.sh: {stop.what}", file=sys.stderr)
        for line in stop.said.splitlines():
            if line.strip():
                print(f"  aws says: {line.strip()}", file=sys.stderr)
        print(f"  {stop.todo}", file=sys.stderr)
    except CallFailed as failed:
        code = 1
        print(f"deploy.sh: an aws call failed\n  aws says: {failed}", file=sys.stderr)
    except SystemExit as signalled:
        code = signalled.code
        if parsed.command in CHANGING and not task.complete:
            print(f"  run this again to continue: {task.again()}", file=sys.stderr)
    if task.made:
        print("What exists now:", file=sys.stderr)
        for each in task.made:
            print(f"  {each() if callable(each) else each}", file=sys.stderr)
    return code


def refuse(misuse):
    print(f"deploy.sh: {misuse}", file=sys.stderr)
    return 2


def end(number, _):
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    sys.exit(main(sys.argv[1:]))

"""Flink versions: the runtimes of the managed service, and what differs between them."""

import re

#: The runtimes of the templates, by what --flink names.
RUNTIMES = {"2.2": "FLINK-2_2", "1.20": "FLINK-1_20"}

#: The runtime of templates without the parameter FlinkVersion.
FIRST = RUNTIMES["1.20"]


def told(runtime):
    """What a user calls a runtime."""
    return f"Flink {version_of(runtime)}"


def version_of(runtime):
    """A runtime as --flink names it."""
    return ".".join(map(str, _version(runtime)))


def is_older(runtime, other):
    """Whether a runtime can't restore the state of another one."""
    return _version(runtime) < _version(other)


def uptime(runtime):
    """CloudWatch's metric of how long the job has run without a restart."""
    return "runningTime" if _version(runtime) >= (2,) else "uptime"


def restarts(runtime):
    """CloudWatch's metric of how often the job has restarted."""
    return "numRestarts" if _version(runtime) >= (2,) else "fullRestarts"


def _version(runtime):
    return tuple(int(number) for number in re.findall("[0-9]+", runtime))

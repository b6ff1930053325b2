"""The command rollback."""

import json

from application import Application, moment, restoring
from begun import Begun, PENDING, RAN, UNKNOWN
from calls import CallFailed, Stop, WORK
from deployment import BEFORE, remembered
from destroy import deregister_consumers
from flink import FIRST, is_older, told, version_of
from kept import need_unchanged, older_consumer, SWITCHES


class Former:
    """What a snapshot's stack was: its template, in a file, and its parameters."""

    def __init__(self, snapshot, time, template, parameters):
        self.snapshot = snapshot
        self.time = time
        self.template = template
        self.parameters = parameters
        self.jar = (parameters.get("JarBucket", ""), parameters.get("JarKey", ""))
        self.runtime = parameters.get("FlinkVersion", FIRST)


def rollback(task):
    """Goes back to before the last update: jar, template, parameters and snapshot."""
    stack, calls = task.stack, task.calls
    stack.need()
    stack.need_ours()
    stack.need_settled()
    application = Application(calls, stack, stack.application_name())
    place = task.options.jar_bucket or stack.parameters["JarBucket"]
    begun = Begun(task, application, place)
    status = application.rest() if begun.is_set() else ""
    state = begun.state(status)
    restored = state == RAN and begun.has_restored()
    if restored and status == "RUNNING":
        _finish(task, application, begun, place)
        return
    former, why = (not restored and _begun_before(task, application, place, begun, state)) or _choose(task, application, place, begun)
    moves = former.runtime != stack.parameters.get("FlinkVersion", FIRST)
    goal = f"to the snapshot {former.snapshot} and the jar s3://{'/'.join(former.jar)}" + (
        f" on {told(former.runtime)}" if moves else "")
    goes_on = state == PENDING and former.snapshot == begun.snapshot()
    if why and not task.options.yes:
        raise Stop(why.replace("GOAL", goal), "nothing was changed; use --yes to confirm" + _only_start(application, begun))
    if goes_on:
        calls.say("Continuing the rollback that was begun")
    _need_stoppable(application, former)
    _need_files(task, former)
    need_unchanged(stack, stack.parameters, {name: former.parameters[name] for name in SWITCHES if name in former.parameters}, {},
                   task.options.yes or goes_on)
    calls.say(f"Rolling back {goal}")
    # Asked before the first change, so that a dry run knows it.
    begun.last_start()

    before = stack.application_parameters()
    task.made.append(stack.told)
    if former.jar[0] != place:
        # The stack names another bucket afterwards.
        task.add_option("--jar-bucket", place)
    run = restoring(former.snapshot)
    # By force, without another snapshot: the job may be unable to take one.
    status = application.stop_by_force()
    if status == "READY":
        task.made.append(f"the application {application.name}, stopped: '{task.again()}' continues from here")
    begun.begin(status, run, former.parameters, time=former.time)
    calls.say(f"Updating the stack {stack.name}")
    changed = stack.deploy(place, former.template, former.parameters, {})
    application.need_update(changed, stack.way_out())
    # An application that the service had rolled back can't be stopped before; the update makes it run.
    if application.settle("READY") == "RUNNING":
        application.stop_by_force()
        begun.begin("READY", run, former.parameters, time=former.time)
    application.start(json.dumps(run), task.again())
    _end(task, application, begun, former, before)


def _need_stoppable(application, former):
    """Refuses a rollback to an older Flink version if the service would first start that version from newer state."""
    detail = application.describe()
    running = detail["RuntimeEnvironment"]
    if detail["ApplicationStatus"] == "ROLLED_BACK" and is_older(former.runtime, running):
        raise Stop(f"the application {application.name} is ROLLED_BACK on {told(running)}: the service starts it only with an update, "
                   f"and only with its state, which {told(former.runtime)} can't restore",
                   f"nothing was changed; get it RUNNING by an update that stays on {told(running)} and changes something, such as "
                   f"'{application.hint('update --yes --set Parallelism=N --flink ' + version_of(running))}', then run this again")


def _finish(task, application, begun, place):
    """Ends a rollback that was cut off when it had started the application."""
    task.calls.say(f"The rollback to the snapshot {begun.snapshot()} has started the application; only its end was not seen")
    snapshot = next((each for each in _of_updates(application) if each["SnapshotName"] == begun.snapshot()), None)
    if not snapshot:
        begun.end_start()
        return
    _end(task, application, begun, _read(task, place, snapshot))


def _end(task, application, begun, former, before=None):
    """Notes that the application was started, and waits until it runs. Another run would go back further.

    before: the parameters of the application before the rollback, if they are known
    """
    task.complete = True
    task.made[:] = [f"the stack {task.stack.name}, rolled back, and the application {application.name}, started from the snapshot "
                    f"{former.snapshot}: '{task.hint('status')}' shows whether it runs"]
    begun.end_rollback(former.snapshot, former.time, former.parameters)
    application.await_processing(former.runtime)
    application.need_runtime(former.runtime)
    application.need_jar(former.jar[1], f"fix the cause, then run '{task.hint('rollback')}' again")
    if before and before.get("Reader") == "efo" and not older_consumer(before) and older_consumer(former.parameters):
        # The older job reads by a consumer of another name.
        deregister_consumers(task, {application.name}, before["StreamArn"], False)
    task.made.clear()
    task.calls.say(f"Restored the snapshot {former.snapshot}; the job reads clicks since then again, as far as the source still has "
                   "them")
    task.show_addresses(application)


def _only_start(application, begun):
    """How the user only starts an application that is stopped; empty if it is not."""
    if application.describe()["ApplicationStatus"] != "READY":
        return ""
    return f". The application is stopped: to only start it, run '{application.start_hint(begun.run())}'"


def _begun_before(task, application, bucket, begun, state):
    """What an earlier rollback began to go back to, and why the user must confirm it, if so; None if none was cut off."""
    # A stack that is as it was has lost nothing yet.
    if not begun.snapshot() or state not in ((PENDING, UNKNOWN, RAN) if begun.is_applied() else (PENDING, UNKNOWN)):
        return None
    snapshot = next((each for each in _of_updates(application) if each["SnapshotName"] == begun.snapshot()), None)
    if not snapshot:
        return None
    ran = {PENDING: "", UNKNOWN: "it is unknown whether the application has run since", RAN: "the application has run since"}[state]
    why = ran and f"a rollback was begun, and {ran}; this rollback continues it, GOAL, and loses what the job has done since"
    return _read(task, bucket, snapshot), why


def _choose(task, application, bucket, begun):
    """What to go back to: the newest that the stack is not already. Gives it, and why the user must confirm it, if so."""
    stack = task.stack
    snapshots = _of_updates(application)
    at, time = begun.at() or ("", None)
    older = [each for each in snapshots if not at or moment(each["SnapshotCreationTimestamp"]) < time]
    for each in older:
        former = _read(task, bucket, each)
        if _is_there(task, former):
            continue
        if at:
            why = f"the stack {stack.name} has already been rolled back to the snapshot {at}; this rollback goes back further, GOAL"
        elif begun.is_unsaved():
            why = (f"the last update of the stack {stack.name} took no snapshot; this rollback goes back further than that update, "
                   "GOAL")
        elif each is older[0]:
            why = ""
        else:
            why = (f"the last update of the stack {stack.name}, which took the snapshot {older[0]['SnapshotName']}, is not in the "
                   "stack: it failed, was cut off, or was rolled back; this rollback goes back further, GOAL")
        return former, why
    again = [each for each in snapshots if each["SnapshotName"] == at] or older
    if not again:
        raise Stop(f"there is no snapshot of {application.name} from before its jar {stack.parameters.get('JarKey', '')}",
                   "nothing was changed. An update by this script takes one; "
                   f"'{application.hint('update --jar FILE')}' with an older jar for the same Flink version keeps the current state")
    return _read(task, bucket, again[0]), (
        f"the stack {stack.name} already has the jar, template, and parameters from before the last update; this rollback only goes "
        "back GOAL again")


def _is_there(task, former):
    """Whether the stack is what it was then. Without another jar, the snapshot's name does not tell."""
    if former.parameters != task.stack.parameters:
        return False
    texts = []
    for name in (former.template, task.stack.save_template()):
        with open(task.calls.path(name), encoding="utf-8") as file:
            texts.append(file.read().strip())
    return texts[0] == texts[1]


def _of_updates(application):
    """The snapshots that updates took, the newest first."""
    return [each for each in reversed(application.snapshots())
            if each["SnapshotStatus"] == "READY" and each["SnapshotName"].startswith(BEFORE)]


def _need_files(task, former):
    """The application is stopped only for what is still there: its jar, and the template of the stack within the stack."""
    files = [former.jar]
    if "ApplicationTemplateUrl" in former.parameters:
        host, _, key = former.parameters["ApplicationTemplateUrl"].partition("://")[2].partition("/")
        files.append((host.partition(".s3.")[0], key))
    for bucket, key in files:
        try:
            task.calls.read("s3api", "head-object", "--bucket", bucket, "--key", key, may_fail=True)
        except CallFailed as failed:
            if failed.is_absence():
                raise Stop(f"s3://{bucket}/{key} no longer exists, and the rollback needs it",
                           "nothing was changed; upload it there again, or deploy another one with "
                           f"'{task.hint('update --jar FILE')}'", str(failed)) from failed
            # Whoever may not look at it does not know; CloudFormation and the service may.
            task.calls.say(f"It is unknown whether s3://{bucket}/{key} still exists: {failed}")


def _read(task, bucket, summary):
    snapshot, time = summary["SnapshotName"], summary["SnapshotCreationTimestamp"]
    folder = remembered(task.stack.name, snapshot)
    template, parameters = f"{WORK}/{snapshot}.yaml", f"{WORK}/{snapshot}.json"
    for name, file in (("template.yaml", template), ("parameters.json", parameters)):
        task.calls.read("s3api", "get-object", "--bucket", bucket, "--key", f"{folder}/{name}", file,
                        or_stop=(f"s3://{bucket}/{folder}/{name} can't be read",
                                 "nothing was changed; specify the bucket of the update with --jar-bucket"))
    with open(task.calls.path(parameters), encoding="utf-8") as file:
        return Former(snapshot, time, template, {each["ParameterKey"]: each["ParameterValue"] for each in json.load(file)})

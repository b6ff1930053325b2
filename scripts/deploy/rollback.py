"""The command rollback."""

import json

from application import Application
from calls import CallFailed, Stop, WORK
from deployment import BEFORE, Begun, remembered
from jar import Bucket
from kept import need_unchanged, SWITCHES


class Former:
    """What a snapshot's stack was: its template, in a file, and its parameters."""

    def __init__(self, snapshot, template, parameters):
        self.snapshot = snapshot
        self.template = template
        self.parameters = parameters
        self.jar = (parameters.get("JarBucket", ""), parameters.get("JarKey", ""))


def rollback(task):
    """Goes back to before the last update: jar, template, parameters and snapshot."""
    stack, calls = task.stack, task.calls
    stack.need()
    stack.need_ours()
    stack.need_settled()
    application = Application(calls, stack.name, stack.application_name())
    place = task.options.jar_bucket or stack.parameters["JarBucket"]
    begun = Begun(task, place)
    former = _begun_before(task, application, place, begun)
    goes_on = former is not None
    if not goes_on:
        former, why = _choose(task, application, place)
    goal = f"to the snapshot {former.snapshot} and the jar s3://{'/'.join(former.jar)}"
    if goes_on:
        calls.say("Continuing the rollback that was begun")
    elif why and not task.options.yes:
        raise Stop(why.replace("GOAL", goal), "nothing was changed; use --yes to confirm")
    _need_files(task, former)
    need_unchanged(stack, stack.parameters, {name: former.parameters[name] for name in SWITCHES if name in former.parameters}, {},
                   task.options.yes or goes_on)
    calls.say(f"Rolling back {goal}")

    task.made.append(stack.told)
    if former.jar[0] != place:
        # The stack names another bucket afterwards.
        task.add_option("--jar-bucket", place)
    bucket = Bucket(calls, place, task.made)
    run = {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT",
                                               "SnapshotName": former.snapshot}}
    begun.put(bucket, run, former.parameters)
    # By force, without another snapshot: the job may be unable to take one.
    status = application.stop_by_force()
    if status == "READY":
        task.made.append(f"the application {application.name}, stopped: '{task.again()}' continues from here")
    calls.say(f"Updating the stack {stack.name}")
    changed = stack.deploy(place, former.template, former.parameters, {})
    application.need_update(changed, stack.way_out())
    # An application that the service had rolled back can't be stopped before; the update makes it run.
    if application.settle("READY") == "RUNNING":
        application.stop_by_force()
    application.start(json.dumps(run), task.again())
    application.await_processing()
    application.need_jar(former.jar[1], f"fix the cause, then run '{task.hint('rollback')}' again")
    task.made.clear()
    task.complete = True
    begun.clear(bucket)
    calls.say(f"Restored the snapshot {former.snapshot}; the job reads clicks since then again, as far as the source still has them")
    task.show_addresses(application)


def _begun_before(task, application, bucket, begun):
    """What an earlier rollback began to go back to; None if none was cut off."""
    snapshot = begun.snapshot(task.stack)
    if snapshot not in _of_updates(application):
        return None
    return _read(task, bucket, snapshot)


def _choose(task, application, bucket):
    """What to go back to: the newest that the stack is not already. Gives it, and why the user must confirm it, if so."""
    stack = task.stack
    key = stack.parameters.get("JarKey", "")
    prefix = f"{BEFORE}{key.rpartition('/')[2][:12]}-"
    names = _of_updates(application)
    newest = None
    for name in names:
        try:
            former = _read(task, bucket, name)
        except Stop as stop:
            # An update that was cut off between its snapshot and the rest has left nothing else.
            if name.startswith(prefix) or CallFailed(stop.said).code() not in ("NoSuchKey", "AccessDenied"):
                raise
            continue
        newest = newest or former
        if not _is_there(task, former):
            if former is newest and name == names[0]:
                return former, ""
            return former, (f"the stack {stack.name} has already been rolled back to before the update that took the snapshot "
                            f"{names[0]}; this rollback goes back further, GOAL")
    if newest is None:
        raise Stop(f"there is no snapshot of {application.name} from before its jar {key}",
                   "nothing was changed. An update by this script takes one; "
                   f"'{application.hint('update --jar FILE')}' with the older jar keeps the current state")
    return newest, (f"the stack {stack.name} already has the jar, template, and parameters from before the last update; this rollback "
                    "only goes back GOAL again")


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
    return [each["SnapshotName"] for each in reversed(application.snapshots())
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
                           "nothing was changed; upload it there again", str(failed)) from failed
            # Whoever may not look at it does not know; CloudFormation and the service may.
            task.calls.say(f"It is unknown whether s3://{bucket}/{key} still exists: {failed}")


def _read(task, bucket, snapshot):
    folder = remembered(task.stack.name, snapshot)
    template, parameters = f"{WORK}/{snapshot}.yaml", f"{WORK}/{snapshot}.json"
    for name, file in (("template.yaml", template), ("parameters.json", parameters)):
        task.calls.read("s3api", "get-object", "--bucket", bucket, "--key", f"{folder}/{name}", file,
                        or_stop=(f"s3://{bucket}/{folder}/{name} can't be read",
                                 "nothing was changed; specify the bucket of the update with --jar-bucket"))
    with open(task.calls.path(parameters), encoding="utf-8") as file:
        return Former(snapshot, template, {each["ParameterKey"]: each["ParameterValue"] for each in json.load(file)})

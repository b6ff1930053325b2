"""The command rollback."""

import json

from application import Application
from calls import Stop, WORK
from deployment import BEFORE, remembered
from kept import need_unchanged, SWITCHES


def rollback(task):
    """Goes back to before the last update: jar, template, parameters and snapshot."""
    stack, calls = task.stack, task.calls
    stack.need()
    stack.need_ours()
    stack.need_settled()
    application = Application(calls, stack.name, stack.application_name())
    key = stack.parameters.get("JarKey", "")
    newest, snapshot = _snapshots_before(application, key)
    bucket = task.options.jar_bucket or stack.parameters["JarBucket"]
    template, parameters = _read_remembered(task, bucket, snapshot)
    told = task.options.yes
    goal = f"to the snapshot {snapshot} and the jar s3://{parameters.get('JarBucket')}/{parameters.get('JarKey')}"
    if newest != snapshot and not told:
        raise Stop(f"the stack {stack.name} has already been rolled back to before the update that took the snapshot {newest}; this "
                   f"rollback goes back further, {goal}", "nothing was changed; use --yes to confirm")
    if not told and _is_there(task, template, parameters):
        raise Stop(f"the stack {stack.name} already has the jar, template, and parameters from before the last update; this rollback "
                   f"only goes back {goal} again", "nothing was changed; use --yes to confirm")
    need_unchanged(stack, stack.parameters, {name: parameters[name] for name in SWITCHES if name in parameters}, {}, told)
    calls.say(f"Rolling back {goal}")

    task.made.append(f"the stack {stack.name}, unchanged")
    # By force, without another snapshot: the job may be unable to take one.
    status = application.stop_by_force()
    if status == "READY":
        task.made.append(f"the application {application.name}, stopped: '{task.hint('rollback')}' continues from here")
    calls.say(f"Updating the stack {stack.name}")
    changed = stack.deploy(bucket, template, parameters, {})
    application.need_update(changed, stack.way_out())
    # An application that the service had rolled back can't be stopped before; the update makes it run.
    if application.settle("READY") == "RUNNING":
        application.stop_by_force()
    application.start(json.dumps({"ApplicationRestoreConfiguration": {
        "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": snapshot}}))
    application.await_processing()
    application.need_jar(parameters.get("JarKey", ""), f"fix the cause, then run '{task.hint('rollback')}' again")
    task.made.clear()
    calls.say(f"Restored the snapshot {snapshot}; the job reads clicks since then again, as far as the source still has them")
    task.show_addresses(application)


def _is_there(task, template, parameters):
    """Whether the stack is what it was before the last update. Without another jar, the snapshot's name does not tell."""
    if parameters != task.stack.parameters:
        return False
    texts = []
    for name in (template, task.stack.save_template()):
        with open(task.calls.path(name), encoding="utf-8") as file:
            texts.append(file.read().strip())
    return texts[0] == texts[1]


def _snapshots_before(application, key):
    """The newest snapshot of an update, and the newest from before the jar came that the stack has now."""
    ours = [each["SnapshotName"] for each in application.snapshots()
            if each["SnapshotStatus"] == "READY" and each["SnapshotName"].startswith(BEFORE)]
    prefix = f"{BEFORE}{key.rpartition('/')[2][:12]}-"
    found = [name for name in ours if name.startswith(prefix)]
    if not found:
        raise Stop(f"there is no snapshot of {application.name} from before its jar {key}",
                   "nothing was changed. An update by this script takes one; "
                   f"'{application.hint('update --jar FILE')}' with the older jar keeps the current state")
    return ours[-1], found[-1]


def _read_remembered(task, bucket, snapshot):
    folder = remembered(task.stack.name, snapshot)
    for name in ("template.yaml", "parameters.json"):
        task.calls.read("s3api", "get-object", "--bucket", bucket, "--key", f"{folder}/{name}", f"{WORK}/{name}",
                        or_stop=(f"s3://{bucket}/{folder}/{name} can't be read",
                                 "nothing was changed; specify the bucket of the update with --jar-bucket"))
    with open(task.calls.path(f"{WORK}/parameters.json"), encoding="utf-8") as file:
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in json.load(file)}
    return f"{WORK}/template.yaml", parameters

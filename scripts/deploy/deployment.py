"""The commands deploy and update."""

import datetime
import json

from application import Application, groups_of
from begun import Begun, PENDING, SKIP, UNKNOWN
from calls import Stop, WORK
from checks import problem_for_job, problem_in_template, values_of
from destroy import deregister_consumers
from flink import is_older, RUNTIMES, told, version_of
from jar import Jar, read_template, template_file
from kept import names_to_keep, need_same_cluster, need_unchanged, older_consumer
from options import Misuse

#: Begins the names of snapshots that updates take.
BEFORE = "before-"

#: The service's quota of snapshots.
MOST_SNAPSHOTS = 1000


def deploy(task):
    """Makes the stack, or updates it if it is there."""
    if task.stack.look():
        task.stack.need_ours()
        task.stack.need_settled()
        _update(task)
    else:
        _create(task)


def update(task):
    task.stack.need()
    task.stack.need_ours()
    task.stack.need_settled()
    _update(task)


def _create(task):
    template = task.options.template or "application"
    if not task.options.given.get("Source"):
        raise Misuse(f"there is no stack {task.stack.name} yet, and a new one needs --source kinesis or --source msk")
    # Read before the first change, so that a dry run knows it.
    runtime = _value(task, template, task.options.given, "FlinkVersion")
    jar = Jar(task.calls, task.jar(runtime))
    jar.need_runtime(runtime)
    parameters = _parameters(task, jar, template)
    bucket = task.bucket(task.options.jar_bucket)
    bucket.look(task.region)
    _add_template_url(task, bucket, parameters, template)
    _upload(task, bucket, jar, template)
    task.calls.say(f"Creating the stack {task.stack.name}")
    task.made.append(task.stack.left)
    task.stack.deploy(bucket.name, template_file(template), parameters, task.options.tags)
    application = Application(task.calls, task.stack, task.calls.ask(
        "application", "cloudformation", "describe-stacks", "--stack-name", task.stack.name, "--query",
        "Stacks[0].Outputs[?OutputKey=='ApplicationName'].OutputValue | [0]",
        or_stop=("the outputs of the stack can't be read", f"see '{task.hint('status')}'")))
    application.start("{}", task.hint("deploy"))
    application.await_processing(runtime)
    task.made.clear()
    task.show_addresses(application)


def _update(task):
    stack, calls, options = task.stack, task.calls, task.options
    stack.need_template(options.template)
    template = stack.template()
    application = Application(calls, stack, stack.application_name())
    need_same_cluster(stack)
    detail = application.describe()
    names = names_to_keep(stack, groups_of(detail))
    # What the application runs on, and not what the stack says: the service may have gone back.
    former_runtime = detail["RuntimeEnvironment"]
    if "FlinkVersion" not in stack.parameters:
        # A stack of a template without this parameter stays on its version, whatever the default is.
        names["FlinkVersion"] = former_runtime
    runtime = {**names, **stack.parameters, **options.given}["FlinkVersion"]
    if runtime != former_runtime and "FlinkVersion" not in options.given:
        raise Stop(f"the stack {stack.name} is for {told(runtime)}, and the application runs on {told(former_runtime)}: the service "
                   "went back to it after an update, or somebody changed the application outside of CloudFormation",
                   f"nothing was changed; use --flink {version_of(former_runtime)} to put the stack back and keep the state, or "
                   f"--flink {version_of(runtime)} to move the application")
    need_unchanged(stack, stack.parameters, options.given, names, options.yes)
    starts_over = _starts_over(task, application, former_runtime, runtime)
    begun = Begun(task, application, options.jar_bucket)
    jar = Jar(calls, task.jar(runtime))
    jar.need_runtime(runtime)
    loses_state = jar.need_state_of(stack.parameters.get("JarBucket", ""), stack.parameters.get("JarKey", ""),
                                    options.allow_lost_state)
    parameters = _parameters(task, jar, template)
    former = stack.application_parameters()
    bucket = task.bucket(options.jar_bucket)
    bucket.look(task.region)
    _add_template_url(task, bucket, parameters, template)
    # By the same template the names stay as they are, whether they are parameters or not.
    is_same = stack.is_as(template_file(template), parameters, options.tags)
    parameters = {**names, **parameters}
    status = application.settle("RUNNING")
    run = _prepared(task, application, begun, status, _run_configuration(options, starts_over), is_same, runtime)
    moves = runtime != former_runtime
    if status == "READY":
        _need_readable(application, run, runtime)
    if is_same:
        if moves:
            application.need_runtime(runtime)
        _keep(task, application, bucket, jar, status, begun, run, runtime)
        return
    if moves and not starts_over and not options.yes:
        _need_way_back(application, status, former_runtime, runtime)
    if status == "ROLLED_BACK" and (loses_state or starts_over):
        raise Stop(f"state would be lost, but the application {application.name} is ROLLED_BACK: the service starts it only with "
                   "an update, and only with its state",
                   f"nothing was changed; get it RUNNING with '{task.hint('rollback')}' or with an update that keeps the state, "
                   "then run this again")
    takes_snapshot = status == "RUNNING" and _snapshots_are_on(task, application)
    unneeded, old = _old_snapshots(task, application, bucket, begun) if options.keep else ([], [])
    starts = status == "READY" or status == "RUNNING" and options.allow_lost_state
    if starts and run:
        # Asked before the first change, so that a dry run knows it.
        begun.last_start()

    task.made.append(stack.told)
    stopped = (f"the application {application.name}, stopped: '{task.again()}' continues from here; '{task.hint('status')}' shows "
               "how to only start it")
    if status == "READY":
        task.made.append(stopped)
    _delete(task, application, unneeded)
    _upload(task, bucket, jar, template)
    if takes_snapshot:
        time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d%H%M%S")
        snapshot = f"{BEFORE}{jar.hash[:12]}-{time}"
        # First, so that no snapshot of an update is without them.
        _remember(task, bucket, snapshot)
        application.take_snapshot(snapshot)
        task.made.append(f"the snapshot {snapshot} of the application {application.name}")
    elif status == "ROLLED_BACK":
        calls.say("The service has rolled back by itself, so there is nothing to take a snapshot of")
    if not takes_snapshot:
        calls.say(f"This update takes no snapshot. '{task.hint('rollback')}' will go back further than this update, and will need --yes")
    _delete(task, application, old)
    # Only a start can be told to leave state out, so the stack is changed between a stop and a start.
    if options.allow_lost_state and status == "RUNNING":
        application.stop()
        task.made.append(stopped)
        status = "READY"
    else:
        # A snapshot takes its time, in which the service may have begun something of its own.
        application.settle(status)
    # Another update may begin where this one is cut off, and must not restore what this one discards.
    begun.begin(status, run if starts else {}, parameters, takes_snapshot)
    if moves:
        calls.say(f"Moving the application {application.name} from {told(former_runtime)} to {told(runtime)}"
                  f"{_way_back_from(task, former_runtime, runtime, snapshot if takes_snapshot else '')}")
    calls.say(f"Updating the stack {stack.name}")
    changed = stack.deploy(bucket.name, template_file(template), parameters, options.tags)
    application.need_update(changed, stack.way_out())
    if changed and takes_snapshot:
        task.made.append(f"'{task.hint('rollback')}' undoes the update")
    _start_again(task, application, jar, starts, run, former_runtime if moves else "")
    if moves:
        application.need_runtime(runtime)
    if starts:
        task.made.remove(stopped)
    begun.end_update(takes_snapshot)
    application.await_processing(runtime)
    application.need_jar(jar.key, _way_back(task))
    if moves:
        application.need_runtime(runtime)
        calls.result(_moved(task, former_runtime, runtime, snapshot if takes_snapshot else ""))
    # The job has registered one of its own name.
    deregister_consumers(task, older_consumer(former), former.get("StreamArn", ""))
    task.made.clear()
    task.show_addresses(application)


def _need_way_back(application, status, former, runtime):
    """Refuses to move an application that no snapshot can be taken of. A move that the service undid has left one."""
    if status == "RUNNING" or status == "ROLLED_BACK" and any(
            each["SnapshotName"].startswith(BEFORE) and each["SnapshotStatus"] == "READY" for each in application.snapshots()):
        return
    runs = (f"start the application with '{application.start_hint({})}'" if status == "READY" else
            f"get the application RUNNING by an update that stays on {told(former)}")
    raise Stop(f"the application {application.name} is {status}, in which no snapshot can be taken, and without one there is no way "
               f"back from {told(runtime)} to {told(former)}",
               f"nothing was changed; {runs}, then run this again. Use --yes to move without a snapshot")


def _moved(task, former, runtime, snapshot):
    """What there is to know after a move to another Flink version.

    snapshot: the one from before the move; empty if there is none
    """
    return f"It runs on {told(runtime)}{_way_back_from(task, former, runtime, snapshot)}"


def _way_back_from(task, former, runtime, snapshot):
    if is_older(runtime, former):
        return ""
    way_back = (f"the only way back is the snapshot {snapshot} from before this update: '{task.hint('rollback')}' restores it, with "
                f"{told(former)} and the jar of then" if snapshot else
                f"this update took no snapshot, so the only way back is an older one, if there is one, by '{task.hint('rollback --yes')}'")
    return f". Its state can't go back to {told(former)}: {way_back}"


def _prepared(task, application, begun, status, run, is_same, runtime):
    """What the start is to be told, with what an earlier command has begun and not ended.

    run: what this command would tell it
    """
    state = begun.state(status)
    # An application that the service rolled back has kept its state, and an update starts it with that.
    if status != "READY" or state not in (PENDING, UNKNOWN):
        return run
    yes, say = task.options.yes, task.calls.say
    unknown = "" if state == PENDING else ". It is unknown whether the application has run since, and what a start would lose"
    way_back = f"'{task.hint('rollback')}' completes the rollback"
    if begun.snapshot():
        what = f"a rollback to the snapshot {begun.snapshot()} was begun, and did not start the application{unknown}"
        if is_same and begun.is_applied() and (state == PENDING or yes):
            say(f"An earlier rollback to the snapshot {begun.snapshot()} did not start the application; this command does")
            return begun.run()
        if not yes:
            goes_on = "to complete it by this command" if is_same and begun.is_applied() else "to start from the latest snapshot"
            raise Stop(what, f"nothing was changed; {way_back}. Use --yes {goes_on} instead")
        _need_readable(application, run, runtime, way_back)
        say(f"{what[0].upper()}{what[1:]}; this update starts it from its latest snapshot")
        return run
    both = {**begun.run(), **run}
    if SKIP in json.dumps(both):
        both.pop("FlinkRunConfiguration", None)
    if both == run:
        return run
    lost = "all state" if SKIP in json.dumps(both) else "the state of removed operators"
    if state == UNKNOWN and not yes:
        raise Stop(f"an earlier update began to discard {lost}, and was cut off{unknown}",
                   "nothing was changed; use --yes to go on with that, or delete the file begun.json to keep the state: "
                   f"'aws s3 rm {begun.address()}'")
    say(f"An earlier update began to discard {lost}, and did not start the application; this one goes on with that")
    return both


def _need_readable(application, run, runtime, todo=""):
    """Refuses to start from the latest snapshot if a newer Flink version has written it.

    todo: what to do then, if there is something better than a start from an older snapshot
    """
    if "ApplicationRestoreConfiguration" in run:
        return
    readable = application.start_configuration(runtime)
    if readable == {}:
        return
    if not todo and readable:
        todo = f"'{application.start_hint(readable)}' starts it from the newest snapshot that {told(runtime)} can restore"
    elif not todo:
        todo = f"there is none that {told(runtime)} can restore; use --allow-lost-state to start without state"
    raise Stop(f"the latest snapshot of {application.name} is of a newer Flink version, and {told(runtime)} can't restore it",
               f"nothing was changed; {todo}")


def _keep(task, application, bucket, jar, status, begun, run, runtime):
    """Leaves a stack and its application as they are. Starts an application that is stopped, as an update does.

    A jar that is no longer in the bucket is uploaded again: the next start would need it.
    """
    task.calls.say(f"There is nothing to change in the stack {task.stack.name}: it has this jar, template, parameters, and tags")
    task.made.append(task.stack.told)
    application.need_update(False, task.stack.way_out())
    _upload(task, bucket, jar, task.stack.template())
    _start_again(task, application, jar, status == "READY", run if status == "READY" else {})
    begun.end_start()
    application.await_processing(runtime, status == "READY")
    application.need_jar(jar.key, _way_back(task))
    task.made.clear()
    task.show_addresses(application)


def _starts_over(task, application, former, runtime):
    """Whether a parameter changes with which no snapshot can be read any more.

    former, runtime: what the application runs on, and is to run on
    """
    if runtime in RUNTIMES.values() and is_older(runtime, former):
        if not task.options.allow_lost_state:
            raise Stop(f"the application {application.name} is on {told(former)}, whose state {told(runtime)} can't restore",
                       f"nothing was changed; '{task.hint('rollback')}' goes back to the jar, template, parameters, and snapshot from "
                       f"before the last update, and again with --yes to before the update before it, until {told(runtime)}. To start "
                       f"on {told(runtime)} without any state, use --allow-lost-state")
        return True
    for name, default, why in (("MaxParallelism", "0", "the job's state is divided by it"),
                               ("Source", "", "the job's state belongs to its source")):
        now, wanted = (values.get(name, default) for values in (task.stack.parameters, task.options.given))
        if name in task.options.given and wanted != now:
            if not task.options.allow_lost_state:
                raise Stop(f"{name} is {now} and can't become {wanted}: {why}, and would be lost",
                           "nothing was changed; omit it, or discard all state with --allow-lost-state")
            return True
    return False


def _run_configuration(options, starts_over):
    """What a start is told so that it leaves state out; nothing if it restores all."""
    if starts_over:
        return {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": SKIP}}
    return {"FlinkRunConfiguration": {"AllowNonRestoredState": True}} if options.allow_lost_state else {}


def _start_again(task, application, jar, stopped, run, former=""):
    """Starts the application unless the update did, and refuses one that runs another jar.

    former: the runtime before a move; empty without one
    """
    status = application.settle("READY" if stopped else "RUNNING")
    running = application.jar_key(jar.key)
    if status == "ROLLED_BACK" or running != jar.key:
        raise application.went_back(running, jar.key, status, f"then {application.undo_move(former)}" if former else _way_back(task))
    if status == "READY":
        application.start(json.dumps(run), task.again())


def _way_back(task):
    return (f"then '{task.hint('rollback')}' restores the stack, too, or update again with a jar and parameters that run")


def _snapshots_are_on(task, application):
    on = application.describe()["ApplicationConfigurationDescription"].get(
        "ApplicationSnapshotConfigurationDescription", {}).get("SnapshotsEnabled", False)
    if not on and not task.options.allow_lost_state:
        raise Stop(f"snapshots are off for {application.name}: an update would lose all state",
                   "nothing was changed. No update can keep the state while snapshots are off. To turn them on and discard the "
                   f"state, run '{task.again('--set', 'Snapshots=true', '--allow-lost-state')}'")
    return on


def _old_snapshots(task, application, bucket, begun):
    """Snapshots of earlier updates that --keep deletes: those that are of no use, and those that are no longer needed.

    The second ones are deleted when the update has taken its own. Only what a rollback can go back to counts for N.
    """
    snapshots = application.snapshots()
    ours = [each for each in snapshots if each["SnapshotName"].startswith(BEFORE)]
    unneeded = [each for each in ours if each["SnapshotStatus"] == "FAILED"]
    whole = bucket.names(remembered(task.stack.name, ""))
    ready = [each for each in ours if each["SnapshotStatus"] == "READY"]
    usable = [each for each in ready if f"{remembered(task.stack.name, each['SnapshotName'])}/parameters.json" in whole]
    if len(usable) <= task.options.keep:
        return unneeded, []
    oldest = usable[-task.options.keep]
    old = [each for each in ready[:ready.index(oldest)] if each["SnapshotName"] not in begun.names()]
    # Otherwise there would be no room for the update's own.
    excess = 1 if old and len(snapshots) - len(unneeded) >= MOST_SNAPSHOTS else 0
    return unneeded + old[:excess], old[excess:]


def _delete(task, application, snapshots):
    for snapshot in snapshots:
        task.calls.say(f"Deleting the snapshot {snapshot['SnapshotName']}")
        application.delete_snapshot(snapshot)


def _remember(task, bucket, snapshot):
    """Puts what rollback needs beside the jars: template and parameters as they are now."""
    folder = remembered(task.stack.name, snapshot)
    unread = ("the stack's template and parameters can't be read", "nothing was changed; try again")
    task.calls.save(f"{WORK}/template.yaml", "cloudformation", "get-template", "--stack-name", task.stack.name, "--query",
                    "TemplateBody", "--output", "text", or_stop=unread)
    task.calls.save(f"{WORK}/parameters.json", "cloudformation", "describe-stacks", "--stack-name", task.stack.name, "--query",
                    "Stacks[0].Parameters", "--output", "json", or_stop=unread)
    bucket.put(f"{WORK}/template.yaml", f"{folder}/template.yaml")
    bucket.put(f"{WORK}/parameters.json", f"{folder}/parameters.json")


def remembered(stack, snapshot):
    """The folder in the bucket of what belongs to a snapshot."""
    return f"clickstream/stacks/{stack}/{snapshot}"


def _upload(task, bucket, jar, template):
    bucket.put_jar(jar)
    bucket.need_key(jar, task.options.given.get("JarKmsKeyArn", task.stack.parameters.get("JarKmsKeyArn", "")))
    if template == "full":
        bucket.put_template("application")


def _add_template_url(task, bucket, parameters, template):
    """Adds the parameter of full.yaml that names the template of the application."""
    if template == "full":
        parameters["ApplicationTemplateUrl"] = bucket.template_url("application", task.region())


def _parameters(task, jar, template):
    """What is given, and the jar. Names that the template does not have are refused: aws would leave them out."""
    parameters = {**task.options.given, "JarBucket": task.options.jar_bucket, "JarKey": jar.key}
    definition = read_template(task.calls, template_file(template))
    known = definition["Parameters"]
    for name in parameters:
        if name not in known:
            raise Misuse(f"the template {template} has no parameter {name}; it has: {', '.join(known)}")
    values = values_of(definition, task.stack.parameters, parameters)
    problem = problem_in_template(definition, values) or problem_for_job(task.stack.name, values)
    if problem:
        raise Misuse(f"{problem.rstrip('.')}. Nothing was changed; use --set or --parameters to correct it")
    return parameters


def _value(task, template, parameters, name):
    """The value of a parameter of a new stack."""
    return values_of(read_template(task.calls, template_file(template)), {}, parameters)[name]

"""The command destroy."""

from application import Application
from kept import older_consumer
from calls import CallFailed, Stop


def destroy(task):
    """Stops the application, deregisters its consumer and deletes the stack."""
    stack, calls = task.stack, task.calls
    # What is left of a change set that was never carried out can be deleted, too.
    if not stack.look(may_fail=False) and not stack.status:
        stack.need()
    stack.need_ours()
    stack.need_idle()
    if not task.options.yes:
        raise Stop(f"destroy deletes the stack {stack.name} with its application and all its snapshots",
                   "use --yes to confirm. It keeps the jars. With the template full, it keeps the archive's bucket, and deletes the "
                   "domain, and the cluster or the streams")
    name = stack.find("ApplicationName")
    task.made.append(lambda: f"the stack {stack.name}, {'possibly incomplete' if calls.has_changed() else 'unchanged'}")
    if name:
        parameters = stack.application_parameters()
        application = Application(calls, stack, name)
        if application.is_there():
            # Its state is deleted with it, so the stop needs no snapshot, which might fail.
            application.stop_by_force()
        else:
            # An earlier deletion may have stopped half-way.
            calls.say(f"The application {name} no longer exists")
        deregister_consumers(task, {stack.name, name} | older_consumer(parameters), parameters.get("StreamArn", ""),
                             parameters.get("Reader") == "efo")
    calls.say(f"Deleting the stack {stack.name}")
    kept = stack.delete()
    task.made.clear()
    calls.say(f"The stack {stack.name} is deleted. Kept: jars and templates in their bucket, below clickstream/")
    for kind, resource in kept:
        calls.result(f"  {kind} {resource}")


def deregister_consumers(task, names, stream, has_one=True):
    """A consumer of enhanced fan-out is none of the stack's resources: the job registers it, and it costs by the hour.

    has_one: the job reads by one; otherwise there can only be one from before an update
    """
    if not names or not stream or stream.endswith(":000000000000:stream/none"):
        return
    def todo(name):
        call = task.calls.aws_hint("kinesis", "deregister-stream-consumer", "--stream-arn", stream, "--consumer-name", name)
        return f"deregister it with '{call}', or run this again"

    try:
        found = task.calls.read("kinesis", "list-stream-consumers", "--stream-arn", stream, "--query",
                                "Consumers[].ConsumerName", may_fail=True)
    except CallFailed as failed:
        if failed.code() == "ResourceNotFoundException":
            return
        if not has_one:
            task.calls.say(f"It is unknown whether {stream} has a consumer of this job, which would cost money: {failed}")
            return
        raise Stop(f"the consumers of {stream} can't be listed", todo(sorted(names)[0]), str(failed)) from failed
    for name in sorted(set(found or []) & names):
        task.calls.say(f"Deregistering the consumer {name} of {stream}")
        task.calls.change("kinesis", "deregister-stream-consumer", "--stream-arn", stream, "--consumer-name", name,
                          or_stop=(f"the consumer {name} of {stream} can't be deregistered", todo(name)))

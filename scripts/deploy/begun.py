"""What a command has begun with the application and not ended, and where the last command left the stack."""

import json

from application import moment
from calls import CallFailed, Stop, WORK

#: Starts without any state.
SKIP = "SKIP_RESTORE_FROM_SNAPSHOT"

#: What is known of a start that was prepared. NONE: there is none. RAN: the application has run since.
NONE, PENDING, RAN, UNKNOWN = "none", "pending", "ran", "unknown"


class Begun:
    """The file begun.json in the bucket of jars: the only place that knows what it has and when that counts.

    Its parts, each of which may be missing:
    stack: the id of the stack. The file of an older stack of the same name does not count.
    start: what the next start is to be told. It is written when the application has stopped, and counts until it runs again.
    at: the snapshot that a rollback went back to. It counts as long as the stack has the parameters of then.
    unsaved: the parameters of an update that took no snapshot. It counts as long as the stack has them.
    """

    def __init__(self, task, application, place):
        """place: the bucket that the command was given, if any; the stack's own is read and written, too"""
        self._task = task
        self._application = application
        self._key = f"clickstream/stacks/{task.stack.name}/begun.json"
        own = task.stack.parameters.get("JarBucket") or place
        # An update may give the stack another bucket. Whoever continues it finds the file in both.
        self._buckets = [each for each in dict.fromkeys([own, place]) if each]
        self._known = self._read()
        self._start = self._known.get("start") or {}
        self._last = None

    # --- What it knows

    def is_set(self):
        """Whether there is a start that was prepared and is not known to be done."""
        return bool(self._start) and (self._fits("from") or self._fits("to"))

    def state(self, status):
        """What is known of the start that was prepared.

        status: that of the application
        """
        if not self.is_set():
            return NONE
        if status != self._start["status"]:
            return RAN
        if status != "READY":
            return PENDING
        # Times are not compared, since clocks differ. The service forgets old operations, so an empty list says nothing.
        last = self.last_start()
        if not last or not self._start["last"]:
            return UNKNOWN
        return PENDING if last == self._start["last"] else RAN

    def snapshot(self):
        """The snapshot that a rollback has begun to restore; empty if an update has begun something."""
        return self._start.get("run", {}).get("ApplicationRestoreConfiguration", {}).get("SnapshotName", "")

    def address(self):
        """Where the file is."""
        return f"s3://{self._buckets[0]}/{self._key}"

    def is_applied(self):
        """Whether the stack has already become what the command wanted."""
        return self._fits("to")

    def run(self):
        """What the start is to be told; nothing if the stack has not become what the command wanted."""
        return self._start["run"] if self._fits("to") else {}

    def has_restored(self):
        """Whether the application was started by the snapshot that a rollback has begun to restore."""
        ran = self._application.describe()["ApplicationConfigurationDescription"].get("RunConfigurationDescription", {})
        told = ran.get("ApplicationRestoreConfigurationDescription", {})
        return bool(self.snapshot()) and self._fits("to") and told.get("SnapshotName") == self.snapshot()

    def at(self):
        """The snapshot that the last rollback went back to, and its time; None if the stack was changed since.

        One that was cut off after the update of the stack went there, too, whatever became of its start.
        """
        if self.snapshot() and self._fits("to"):
            return self.snapshot(), moment(self._start["time"])
        at = self._known.get("at") or {}
        if at and at["parameters"].items() <= self._task.stack.parameters.items():
            return at["snapshot"], moment(at["time"])
        return None

    def is_unsaved(self):
        """Whether the last update took no snapshot."""
        unsaved = self._known.get("unsaved")
        return bool(unsaved) and unsaved.items() <= self._task.stack.parameters.items()

    def names(self):
        """The snapshots that it names."""
        return {self.snapshot(), (self._known.get("at") or {}).get("snapshot", "")} - {""}

    def last_start(self):
        """The id of the last successful start of the application; None if it can't be found out, empty if none is known."""
        if self._last is None:
            self._last = self._application.last_start()
        return self._last

    # --- What it is told

    def begin(self, status, run, to, saved=True, time=""):
        """Notes what the next start is to be told, before the stack is changed.

        status: that of the application
        run: what the start is to be told; empty if nothing special
        to: the parameters that the stack is to have
        saved: whether there is a snapshot of before; otherwise a rollback goes back further than this
        time: of a rollback, when its snapshot was taken
        """
        known = {name: part for name, part in self._known.items() if name != "start"}
        if run:
            known["start"] = {"run": run, "from": self._task.stack.parameters, "to": to, "status": status,
                              "time": moment(time).isoformat() if time else "", "last": self.last_start()}
        if not saved:
            known["unsaved"] = to
        self._write(known)

    def end_start(self):
        """Notes that the application was started, and the stack is as it was."""
        known = {name: part for name, part in self._known.items() if name != "start"}
        if self.snapshot() and self._fits("to"):
            known["at"] = {"snapshot": self.snapshot(), "time": self._start["time"], "parameters": self._start["to"]}
        self._write(known)

    def end_update(self, saved):
        """Notes that the stack was updated and the application started."""
        self._write({"unsaved": self._known["unsaved"]} if "unsaved" in self._known and not saved else {})

    def end_rollback(self, snapshot, time, parameters):
        """Notes that the application was started by a snapshot.

        time: when the snapshot was taken
        """
        self._write({"at": {"snapshot": snapshot, "time": moment(time).isoformat(), "parameters": parameters}})

    # --- Parts

    def _fits(self, state):
        """Whether the stack is what the command went from, or what it wanted. Only what it was given is known of that."""
        parameters = self._start.get(state)
        return bool(parameters) and parameters.items() <= self._task.stack.parameters.items()

    def _read(self):
        found = [each for each in map(self._read_from, list(self._buckets)) if each]
        # The stack may have changed its bucket since, so one of them may be older.
        known = max(found, key=lambda each: each[0])[1] if found else {}
        return known if known.get("stack") == self._task.stack.id else {}

    def _read_from(self, bucket):
        file = f"{WORK}/begun-{bucket}.json"
        address = f"s3://{bucket}/{self._key}"
        try:
            found = self._task.calls.read("s3api", "get-object", "--bucket", bucket, "--key", self._key, file, may_fail=True)
        except CallFailed as failed:
            # Without the permission to list, a file that is not there is denied.
            if failed.is_absence() or failed.code() == "AccessDenied":
                if failed.code() == "NoSuchBucket":
                    self._buckets = [each for each in self._buckets if each != bucket]
                return None
            raise Stop(f"{address} can't be read", "nothing was changed; check the bucket's name, and try again",
                       str(failed)) from failed
        try:
            with open(self._task.calls.path(file), encoding="utf-8") as text:
                known = json.load(text)
            parts = [known.get(name) or {} for name in ("start", "at", "unsaved")]
            whole = all(isinstance(part, dict) for part in parts) and all(
                not part or needed <= set(part) for part, needed in zip(parts, (
                    {"run", "from", "to", "status", "time", "last"}, {"snapshot", "time", "parameters"}, set())))
        except (ValueError, AttributeError):
            whole = False
        if not whole:
            raise Stop(f"{address} is damaged: it does not say whether a command was cut off",
                       f"nothing was changed. If none was, delete the file with 'aws s3 rm {address}'")
        return moment(found["LastModified"]), known

    def _write(self, parts):
        parts.pop("stack", None)
        if parts == {name: part for name, part in self._known.items() if name != "stack"}:
            return
        self._known = {"stack": self._task.stack.id, **parts} if parts else {}
        self._start = parts.get("start") or {}
        file = f"{WORK}/begun.json"
        self._task.calls.run("printf", "%s", json.dumps(self._known), to=file)
        told = "from which the next command learns what this one has begun" if parts else "which is harmless"
        for bucket in self._buckets:
            self._task.bucket(bucket).put(file, self._key, told=told)

"""The command query."""

import re
import shlex

from calls import CallFailed, Late, Stop
from options import Misuse

RIGHTS = "check that you have permissions for Athena, Glue, and the archive's bucket"


def query(task):
    """Runs SQL on the archive, or lists the saved queries."""
    task.stack.need()
    group, database = (_output(task, name) for name in ("AthenaWorkGroup", "ArchiveDatabase"))
    values = list(task.options.words)
    sql = values.pop(0) if values and task.options.saved is None else None
    if sql is None:
        saved = _saved(task, group)
        if task.options.saved is None:
            for each in saved:
                task.calls.result(f"{each['Name']}\t{each.get('Description', '')}")
            if not saved:
                task.calls.remark(f"The work group {group} has no saved queries")
            return
        sql = next((each["QueryString"] for each in saved if each["Name"] == task.options.saved), None)
        if sql is None:
            raise Stop(f"there is no saved query {task.options.saved} in the work group {group}",
                       f"the saved queries are: {', '.join(each['Name'] for each in saved) or 'none'}")
    _need_places(sql, values)
    _run(task, group, database, sql, values)


def _need_places(sql, values):
    """Each value needs a question mark. Those in texts and in comments are none."""
    places = re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", "", sql, flags=re.DOTALL).count("?")
    if places != len(values):
        told = f"the values {shlex.join(values)} were" if values else "no values were"
        raise Misuse(f"the query has {places} parameters (?), but {told} given: {sql.strip()}\n"
                     "  Quote the SQL, so that it is one word, and put the values after it")


def _parameters(values):
    """Athena takes the values of parameters as SQL has them: texts between quotes."""
    quoted = ["'" + value.replace("'", "''") + "'" for value in values]
    return ["--execution-parameters", *quoted] if quoted else []


def _output(task, name):
    stack = task.stack
    value = stack.find(name)
    if not value:
        what = f"the stack {stack.name} has no output {name}, so it has no archive that Athena can read"
        if stack.is_ours() and stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            raise Stop(f"{what}: it is {stack.status}", stack.remedy() or stack.way_on())
        raise Stop(what, "it creates one with an ArchiveBucket (the template full has its own), ArchiveFormat=json or parquet, and "
                   f"ArchiveLayout=hour: set them with '{task.hint('update --set Key=Value')}'")
    return value


def _saved(task, group):
    unseen = (f"the saved queries of the work group {group} can't be read", RIGHTS)
    ids = task.calls.read("athena", "list-named-queries", "--work-group", group, "--query", "NamedQueryIds", or_stop=unseen)
    return sorted((task.calls.read("athena", "get-named-query", "--named-query-id", each, "--query", "NamedQuery",
                                   or_stop=unseen) for each in ids or []), key=lambda each: each["Name"])


def _run(task, group, database, sql, values):
    # A query changes nothing, but a dry run must not be paid for.
    started = task.calls.change(
        "athena", "start-query-execution", "--work-group", group, "--query-execution-context", f"Database={database}",
        "--query-string", sql, *_parameters(values), "--query", "QueryExecutionId", variable="query",
        or_stop=lambda failed: ("the query can't be started",
                                "fix the SQL" if failed.code() == "InvalidRequestException" else RIGHTS))
    call = ["athena", "get-query-execution", "--query-execution-id", started, "--query"]
    try:
        state = task.calls.until("the query", [*call, "QueryExecution.Status.State"],
                                 {"SUCCEEDED", "FAILED", "CANCELLED"}, "SUCCEEDED",
                                 or_stop=("the query can't be read", RIGHTS))
    except SystemExit:
        _stop(task, started)
        raise
    except Late:
        raise Stop(f"the query {started} is still running after {task.calls.minutes()} minutes",
                   "name days in WHERE dt = ..., or use --timeout MINUTES to wait longer") from None
    if state != "SUCCEEDED":
        why = task.calls.ask("why", *call, "QueryExecution.Status.StateChangeReason")
        raise Stop(f"the query {started} is {state}", "fix the cause and run it again", "" if why == "None" else why)
    found = task.calls.read("athena", "get-query-results", "--query-execution-id", started, assume={},
                            or_stop=("the rows can't be read", RIGHTS))
    result = found.get("ResultSet", {})
    rows = [[_text(value) for value in row["Data"]] for row in result.get("Rows", [])]
    columns = [each["Name"] for each in result.get("ResultSetMetadata", {}).get("ColumnInfo", [])]
    for row in rows:
        task.calls.result("\t".join(row))
    if not columns and not rows:
        task.calls.remark("Done")
    # The first row of a query has the names of the columns.
    elif not rows or rows == [columns]:
        of = f" with {shlex.join(values)}" if values else ""
        task.calls.remark(f"No rows match {task.options.saved or sql.strip()}{of} in the archive's database {database}")


def _text(value):
    """A value as a field between tabs. NULL has no text."""
    return value.get("VarCharValue", "NULL").replace("\t", "\\t").replace("\n", "\\n")


def _stop(task, started):
    """Stops a query that nobody waits for any more: it costs as long as it reads."""
    try:
        task.calls.change("athena", "stop-query-execution", "--query-execution-id", started)
        task.calls.remark(f"The query {started} was stopped")
    except CallFailed as failed:
        task.calls.remark(f"The query {started} may still be running: {failed}")

"""Calls of the aws command. A dry run prints them in place of making them; nothing else in these files knows of dry runs."""

import atexit
import datetime
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

#: Stands in front of the name of a variable of the printed commands. No argument has it otherwise.
VARIABLE = "\0"

#: A folder for files that calls read and write. The printed commands make their own, and have its name in a variable.
WORK = f"{VARIABLE}work"

#: Errors that are over soon, and that the service refuses a call with.
BUSY = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown",
        "ResourceInUseException", "ConcurrentModificationException"}

#: Errors of a service, after which nobody knows whether it carried the call out.
BROKEN = {"ServiceUnavailable", "ServiceUnavailableException", "InternalFailure", "InternalError", "InternalServerError",
          "InternalServerException", "InternalServiceException", "InternalServiceError", "RequestTimeout",
          "RequestTimeoutException", "500", "502", "503", "504"}

#: What services say of what is not there. S3 says it without a name of the error where an answer has no body.
ABSENT = {"404", "NoSuchBucket", "NoSuchKey", "NotFound", "NotFoundException", "ResourceNotFoundException"}

#: What aws prints if the network fails in the middle of a call.
NO_CONNECTION = re.compile(r"Could not connect to the endpoint|timeout on endpoint|[Cc]onnection (was closed|reset|aborted|refused)"
                           r"|Connection broken|Unable to parse response|Failed to connect to proxy|timed out"
                           r"|error occurred while reading from response stream|Temporary failure in name resolution")

#: The last line of a dry run.
END = "END_OF_DRY_RUN"

NO_ANSWER = "aws did not answer"


class Stop(Exception):
    """The command can't go on. Says what failed and what to do, and what aws said."""

    def __init__(self, what, todo, said=""):
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.said = said


class CallFailed(Exception):
    """A call of aws failed. The text is what aws printed."""

    def code(self):
        """The service's name of the error; empty if aws itself failed."""
        found = re.search(r"\(([A-Za-z0-9.]+)\) when calling", str(self))
        return found.group(1) if found else ""

    def is_absence(self):
        """Whether what was asked for is not there. All other errors leave that open."""
        return self.code() in ABSENT

    def is_passing(self):
        """Whether it can go away by itself."""
        return self.code() in BUSY or self.is_unclear()

    def is_unclear(self):
        """Whether the service may have carried out the call, although it gave no answer."""
        if self.code():
            return self.code() in BROKEN
        return self.is_timeout() or bool(NO_CONNECTION.search(str(self)))

    def is_timeout(self):
        return str(self).startswith(NO_ANSWER)


def stop_of(failed, or_stop):
    """The end of a command by a call that failed.

    or_stop: what failed and what to do, or a function of the failure that gives these
    """
    return Stop(*(or_stop(failed) if callable(or_stop) else or_stop), said=str(failed))


class Late(Exception):
    """What was waited for did not come in time. The text is the last answer."""

    def __init__(self, answer, said=""):
        super().__init__(answer)
        #: What aws said instead of an answer.
        self.said = said


def tell(text):
    """Prints a text. Where nobody reads any more, as behind head, the command goes on all the same."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Calls:
    """Makes calls of aws, or prints them.

    A dry run makes calls that only read as long as it has printed no change. From the first change on, the answers of
    an account that was not changed would be wrong, so it goes on with the answers that the caller expects.
    """

    def __init__(self, options, dry_run, poll, timeout):
        self._options = list(options)
        self._dry_run = dry_run
        self._poll = poll
        self._timeout = timeout
        self._assumes = False
        #: Whether this run has made a call that changes something.
        self._changed = False
        #: The last passing error.
        self._said = ""
        self._folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, self._folder, True)
        #: What a hint of deploy or update has beside the stack's name.
        self._made_with = {}
        if dry_run:
            # In a shell of its own, which a failure ends, and which knows comments.
            tell(f"bash <<'{END}'\n"
                  "# A dry run makes read-only calls and changes nothing. To do the same as the command, paste this text into a\n"
                  f"# shell, up to the line {END}.\n"
                  "set -eu\n"
                  "export AWS_PAGER=\n"
                  "work=$(mktemp -d)\n"
                  "trap 'rm -rf \"$work\"' EXIT")

    def end(self):
        """Ends what a dry run prints."""
        if self._dry_run:
            tell(END)

    # --- For the commands

    def read(self, *arguments, assume=None, or_stop=None, may_fail=False):
        """Makes a call that changes nothing, and gives its answer as JSON, None if there is none.

        may_fail: the caller goes on after a failure
        """
        answer = self._make(self._aws(*arguments, "--output", "json"), or_stop=or_stop, may_fail=may_fail)
        if answer is None:
            return assume
        return json.loads(answer) if answer.strip() else None

    def ask(self, variable, *arguments, or_stop=None):
        """Makes a call that changes nothing, and gives the text that it answers.

        Where a dry run does not know the answer, it is a variable, which the printed call sets.
        """
        answer = self._make(self._aws(*arguments, "--output", "text"), variable=variable, or_stop=or_stop)
        return self._variable(variable) if answer is None else answer.strip()

    def save(self, file, *arguments, or_stop=None):
        """Makes a call that changes nothing, and writes its answer into a file in WORK."""
        self._make(self._aws(*arguments), to=file, or_stop=or_stop)

    def run(self, *command, to=None, or_stop=None):
        """Runs another command than aws that changes nothing."""
        self._make(list(command), to=to, or_stop=or_stop)

    def change(self, *arguments, variable=None, or_stop=None, repeats=False):
        """Makes a call that changes something, and gives the text that it answers: in a dry run the variable, if one is named.

        repeats: to make the call twice does the same as to make it once
        """
        text = ["--output", "text"] if variable else []
        answer = self._make(self._aws(*arguments, *text), changes=True, variable=variable, or_stop=or_stop, repeats=repeats)
        if answer is None:
            return self._variable(variable) if variable else ""
        return answer.strip()

    def until(self, what, arguments, done, assume, only_while=None, or_stop=None):
        """Makes a call that changes nothing until its answer, a text, is one of those in done, and gives it.

        only_while: a call, its good answers, and what to do if it has another one: a function of the answer.
        """
        words = self._aws(*arguments, "--output", "text")
        other = self._aws(*only_while[0], "--output", "text") if only_while else None
        if self._dry_run:
            return self._print_until(what, words, done, assume, other, only_while, or_stop)
        deadline = self.deadline()
        while True:
            answer = self._answer_or_none(words, or_stop)
            said = "" if answer is not None else self._said
            if answer in done:
                return answer
            if only_while:
                state = self._answer_or_none(other, or_stop)
                if state is not None and state not in only_while[1]:
                    only_while[2](state)
            if time.monotonic() >= deadline:
                raise Late(answer or "unknown", said)
            self.pause()

    def has_changed(self):
        """Whether a call that changes something was made."""
        return self._changed

    def deadline(self):
        """When a step that begins now must be done."""
        return time.monotonic() + self._timeout * 60

    def pause(self):
        if not self._dry_run:
            time.sleep(self._poll)

    def now(self, variable, minutes=0):
        """The time in some minutes, as calls take it."""
        if self._dry_run and self._assumes:
            # Programs named date differ from system to system.
            then = f'time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + {60 * minutes}))'
            tell(f"{variable}=$(python3 -c 'import time; print({then})')")
            return self._variable(variable)
        time_then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        return time_then.strftime("%Y-%m-%dT%H:%M:%SZ")

    def path(self, file):
        """Where a file in WORK really is."""
        return file.replace(WORK, self._folder)

    def say(self, text):
        text = text.replace(VARIABLE, "$")
        tell(f"# {text}" if self._dry_run else text)

    def result(self, text):
        """Says what a command found out; a dry run that did not find it out says nothing."""
        if not self._dry_run:
            tell(text)

    def make_with(self, **options):
        """Sets what a hint of deploy or update has beside the stack's name. What is known already stays."""
        for name, value in options.items():
            if value:
                self._made_with.setdefault(f"--{name.replace('_', '-')}", value)

    def remark(self, text):
        """Says what is none of a command's results."""
        if not self._dry_run:
            print(text, file=sys.stderr, flush=True)

    def hint(self, command, stack):
        """How the user calls this script for the same stack."""
        name, *options = command.split() if isinstance(command, str) else command
        if name in ("deploy", "update"):
            options += [word for pair in self._made_with.items() if pair[0] not in options for word in pair]
        return " ".join(["scripts/deploy.sh", name, "--stack", stack, *map(shlex.quote, (*self._options, *options))])

    def aws_hint(self, *arguments):
        """How the user makes a call of aws."""
        return self._quoted(self._aws(*arguments))

    def minutes(self):
        return self._timeout

    # --- Print or run

    def _aws(self, *arguments):
        return ["aws", *self._options, *arguments]

    def _make(self, words, changes=False, to=None, variable=None, or_stop=None, may_fail=False, repeats=False):
        """Runs a command or prints it. Gives what it answers, None where a dry run can't know that."""
        if self._dry_run:
            self._assumes = self._assumes or changes
            line = self._quoted(words)
            if variable and self._assumes:
                line = f"{variable}=$({line})"
            if to:
                line += f" >{self._quoted([to])}"
            if may_fail:
                line += " || true"
            tell(line)
            if self._assumes:
                return None
        self._changed = self._changed or changes
        deadline = self.deadline()
        while True:
            try:
                answer = self._execute(words)
                break
            except CallFailed as failed:
                # Before the first change nothing is lost by an end, and a wrong Region looks like a broken network.
                if self._changed and (repeats or not changes) and failed.is_passing() and time.monotonic() < deadline:
                    self.pause()
                    continue
                if or_stop:
                    raise stop_of(failed, or_stop) from failed
                raise
        if to:
            with open(self.path(to), "wb") as file:
                file.write(answer)
            return ""
        return answer.decode()

    def _print_until(self, what, words, done, assume, other, only_while, or_stop):
        """Prints a loop that ends when its time is up, when its call fails, and when it has another answer than this run."""
        tell(f"deadline=$((SECONDS + {self._timeout * 60}))\n"
              f"until seen=$({self._quoted(words)}) || exit\n"
              f"  grep -qxE {shlex.quote('|'.join(sorted(done)))} <<<\"$seen\"; do")
        late = self._quoted_word(f"{what} is not done after {self._timeout} minutes: it is ")
        tell(f"  [ $SECONDS -lt $deadline ] || {{ echo {late}\"$seen\" >&2; exit 1; }}")
        if other:
            pattern = shlex.quote("|".join(sorted(only_while[1])))
            tell(f"  state=$({self._quoted(other)})\n"
                  f"  grep -qxE {pattern} <<<\"$state\" || {{ echo {self._quoted_word(f'{what}: ')}\"$state\" >&2; exit 1; }}")
        tell(f"  sleep {self._poll}\ndone")
        answer = assume
        if not self._assumes:
            found = self._answer_or_none(words, or_stop)
            answer = found if found in done else assume
        tell(f"[ \"$seen\" = {shlex.quote(answer)} ] || "
              f"{{ echo {self._quoted_word(f'{what} is ')}\"$seen\"{shlex.quote(f', not {answer}: the commands below do not apply')}"
              " >&2; exit 1; }")
        return answer

    def _answer_or_none(self, words, or_stop):
        try:
            return self._execute(words).decode().strip()
        except CallFailed as failed:
            if failed.is_passing():
                self._said = str(failed)
                return None
            if or_stop:
                raise stop_of(failed, or_stop) from failed
            raise

    def _execute(self, words):
        words = [self.path(word) for word in words]
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=self._timeout * 60 + 60)
        except subprocess.TimeoutExpired:
            raise CallFailed(f"{NO_ANSWER} after {self._timeout} minutes") from None
        if done.returncode:
            lines = re.split(r"[\r\n]+", done.stderr.decode(errors="replace"))
            raise CallFailed("\n".join(line for line in lines if line.strip() and not line.startswith("Uploading to ")))
        return done.stdout

    def _variable(self, name):
        return f"{VARIABLE}{name}"

    def _quoted(self, words):
        return " ".join(self._quoted_word(word) for word in words)

    def _quoted_word(self, word):
        if VARIABLE not in word:
            return shlex.quote(word)
        return '"' + re.sub(r'(["\\`$])', r"\\\1", word).replace(VARIABLE, "$") + '"'

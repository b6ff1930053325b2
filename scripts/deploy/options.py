"""What the user asks for."""

import os
import re

HELP = """\
Usage: scripts/deploy.sh COMMAND [OPTION...]

Makes and keeps the application of the job in Amazon Managed Service for Apache Flink, by
CloudFormation.

  deploy     builds and uploads the jar, creates the stack, starts the application and waits until
             it processes; where the stack is there already, the same as update
  update     takes a snapshot and brings another jar or other parameters to the stack; refuses a jar
             that would lose state
  status     shows in ten lines how the application is, and what to do next
  doctor     compares what is deployed with what the application needs, and lists what is missing;
             ends with 1 if anything is
  logs       shows what the job has logged, the newest last
  query      runs SQL on the archive by Athena and prints the rows; what stands behind it are the
             values of its parameters (?); without SQL, lists the saved queries
  rollback   goes back to the jar, template and parameters before the last update, and to the
             snapshot that was taken then; what was processed since is processed again
  destroy    stops the application and deletes the stack, and with it the application and its
             snapshots; jars stay

  --dry-run              print every call, to be pasted into a shell; make only those that read
  --stack NAME           the stack, and the application's name (clickstream)
  --template NAME        application: the job alone, on what is there; full: with all that it
                         needs (application)
  --source NAME          kinesis or msk: where clicks come from and results go to
  --set Key=Value        a parameter of the template; may be given again
  --tag Key=Value        a tag of the stack, which its resources get, too; may be given again
  --parameters FILE      parameters, a line Key=Value each; lines with # in front are skipped
  --jar-bucket NAME      the bucket for jars and templates, in the region of the stack
  --jar FILE             this jar instead of building one
  --allow-lost-state     update: go on though state is lost, of operators that are gone or, with another
                         MaxParallelism, of all
  --keep N               update: delete old snapshots of updates, except for the newest N
  --region NAME, --profile NAME
                         as of the aws command
  --minutes N            logs: of the last N minutes (15)
  --errors               logs: only warnings and errors
  --saved NAME           query: run the saved query of this name
  --yes                  destroy: do it
  --timeout MINUTES      how long to wait for each step (30; the template full takes up to an hour,
                         so give it 90)
  --poll SECONDS         time between two looks (10)
  -h, --help             show this and end

It needs the aws command (version 2), python3 (3.8 or later), unzip, and a login that may do this.

Examples:
  scripts/deploy.sh deploy --dry-run --stack shop --source kinesis --jar-bucket my-jars \\
    --set StreamArn=arn:aws:kinesis:eu-central-1:111122223333:stream/clicks
  scripts/deploy.sh deploy --stack shop --template full --source msk --jar-bucket my-jars --timeout 90
  scripts/deploy.sh update --stack shop --jar-bucket my-jars --set Parallelism=4 --keep 10
  scripts/deploy.sh logs --stack shop --errors
  scripts/deploy.sh query --stack shop --saved clicks-per-hour 2026-11-27 2026-11-28
  scripts/deploy.sh query --stack shop "SELECT count(*) FROM records WHERE dt = '2026-11-28'"
"""

COMMANDS = ("deploy", "update", "status", "doctor", "logs", "query", "rollback", "destroy")

#: The templates add to the stack's name: up to 13 characters in MSK, where names end at 64, and in Personalize.
MAX_NAME = 50


class Misuse(Exception):
    """The command line is wrong."""


class Options:
    def __init__(self):
        self.command = ""
        self.stack = "clickstream"
        self.template = "application"
        self.jar = ""
        self.jar_bucket = ""
        self.words = []
        self.saved = ""
        self.minutes = 15
        self.timeout = 30
        self.poll = 10
        self.keep = 0
        self.dry_run = False
        self.allow_lost_state = False
        self.errors = False
        self.yes = False
        self.given = {}
        self.tags = {}
        self.aws = []

    def region(self):
        """The region that is given; empty if only the aws command knows it."""
        if "--region" in self.aws:
            return self.aws[self.aws.index("--region") + 1]
        return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""


def parse(arguments):
    """The options of a command line; None if the user wants the help."""
    options = Options()
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word in ("-h", "--help"):
            return None
        name = word[2:].replace("-", "_")
        if word in ("--dry-run", "--allow-lost-state", "--errors", "--yes"):
            setattr(options, name, True)
        elif word in ("--stack", "--jar", "--jar-bucket", "--saved"):
            setattr(options, name, _value(word, left))
        elif word in ("--minutes", "--timeout", "--poll", "--keep"):
            setattr(options, name, _number(word, _value(word, left)))
        elif word == "--template":
            options.template = _one_of(word, _value(word, left), ("application", "full"))
        elif word == "--source":
            options.given["Source"] = _one_of(word, _value(word, left), ("kinesis", "msk"))
        elif word == "--set":
            _add_parameter(options, _value(word, left), word)
        elif word == "--tag":
            _add_tag(options, _value(word, left))
        elif word == "--parameters":
            _read_parameters(options, _value(word, left))
        elif word in ("--region", "--profile"):
            options.aws += [word, _value(word, left)]
        elif word.startswith("-"):
            raise Misuse(f"unknown option {word} (--help shows how it is used)")
        else:
            _take_word(options, word)
    _check(options)
    return options


def _take_word(options, word):
    if options.command == "query":
        options.words.append(word)
        return
    if word not in COMMANDS:
        raise Misuse(f"unknown command {word}; {_list()} are commands")
    if options.command:
        raise Misuse(f"there are two commands, {options.command} and {word}")
    options.command = word


def _check(options):
    if not options.command:
        raise Misuse(f"a command is missing: {_list('or')}")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", options.stack):
        raise Misuse(f"--stack is '{options.stack}'; a name begins with a letter and has letters, digits and -")
    if len(options.stack) > MAX_NAME:
        raise Misuse(f"--stack is '{options.stack}', which has {len(options.stack)} characters; {MAX_NAME} are allowed: the "
                     "templates make longer names of it, and a cluster of MSK may have 64 characters, a dataset group of "
                     "Personalize 63. Choose a shorter name")
    if options.command in ("deploy", "update"):
        if not options.jar_bucket:
            raise Misuse(f"{options.command} needs --jar-bucket, a bucket in the region of the stack; "
                         "'aws s3 mb s3://NAME' makes one")
        if options.jar and not os.access(options.jar, os.R_OK):
            raise Misuse(f"--jar: {options.jar} can't be read")


def _list(last="and"):
    return f"{', '.join(COMMANDS[:-1])} {last} {COMMANDS[-1]}"


def _value(option, left):
    if not left:
        raise Misuse(f"{option} needs a value (--help shows how it is used)")
    return left.pop(0)


def _number(option, text):
    if not re.fullmatch(r"[0-9]+", text):
        raise Misuse(f"{option} is '{text}'; it is a whole number")
    if option == "--keep" and int(text) == 0:
        raise Misuse("--keep is '0'; at least 1 is kept, which a rollback may need")
    return int(text)


def _one_of(option, text, allowed):
    if text not in allowed:
        raise Misuse(f"{option} is '{text}'; it may be {' or '.join(allowed)}")
    return text


def _add_parameter(options, text, origin):
    if not re.match(r"[A-Za-z0-9]+=", text):
        raise Misuse(f"{origin}: '{text}' is no parameter; Key=Value is one")
    name, _, value = text.partition("=")
    options.given[name] = value


def _add_tag(options, text):
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise Misuse(f"--tag: '{text}' is no tag; Key=Value is one")
    options.tags[name] = value


def _read_parameters(options, file):
    try:
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                line = line.rstrip("\r\n")
                if line.strip() and not line.lstrip().startswith("#"):
                    _add_parameter(options, line, f"--parameters {file}")
    except OSError:
        raise Misuse(f"--parameters: {file} can't be read") from None

"""What the user asks for."""

import os
import re

from flink import RUNTIMES

HELP = """\
Usage: scripts/deploy.sh COMMAND [OPTION...]

Deploys and operates the job in Amazon Managed Service for Apache Flink, using CloudFormation.

  deploy     builds and uploads the jar, creates the stack, starts the application, and waits until
             it has run for a minute without a failure; if the stack exists, does the same as update
  update     takes a snapshot, then deploys a new jar or other parameters to the stack; refuses a
             jar that would lose state; leaves everything as it is if nothing differs
  status     shows the state of the application in ten lines, and what to do next
  doctor     compares what is deployed with what the application needs, and lists what is missing;
             exits with 1 if anything is missing
  logs       shows the job's log messages, the newest last
  query      runs SQL on the archive with Athena and prints the rows; the words after the SQL are
             the values of its parameters (?), which are text: for a number, write
             CAST(? AS bigint); without SQL, lists the saved queries
  rollback   restores the jar, template, and parameters from before the last update, and the
             snapshot that the update took; the job processes the clicks since then again
  destroy    stops the application and deletes the stack, including the application and its
             snapshots; keeps the jars

Options of all commands:
  --stack NAME           name of the stack and of the application (default: clickstream)
  --dry-run              print all calls, ready to paste into a shell; make only read-only calls
  --region NAME, --profile NAME
                         the same as for the aws command
  --timeout MINUTES      how long to wait for each step (default: 30; use 90 for the template full,
                         which takes up to an hour)
  --poll SECONDS         time between two status checks (default: 10)

Options of some commands:
  --template NAME        deploy, update: application, for the job alone, on existing resources; or
                         full, for the job and everything that it needs (default: application; for
                         an existing stack, its own template)
  --source NAME          deploy, update: kinesis or msk: where clicks come from and results go to
  --flink VERSION        deploy, update: 2.2 or 1.20: the Flink version of the application, for which
                         the jar must be built (default: 2.2; for an existing stack, its own
                         version); 1.20 can't restore the state of 2.2: the only way back is a
                         rollback to the snapshot from before the move
  --set Key=Value        deploy, update: a parameter of the template; can be repeated
  --tag Key=Value        deploy, update: a tag of the stack and its resources; can be repeated
  --parameters FILE      deploy, update: a file of parameters, one Key=Value per line; lines that
                         begin with # are ignored
  --jar-bucket NAME      deploy, update: the bucket for jars and templates, in the Region of the
                         stack; rollback: the bucket that the last update used
  --jar FILE             deploy, update: use this jar instead of building one
  --allow-lost-state     deploy, update: continue even if state is lost: the state of removed
                         operators or, with another MaxParallelism or an older Flink version, all
                         state
  --keep N               deploy, update: delete old snapshots of updates, except the newest N
  --minutes N            logs: show the last N minutes (default: 15)
  --errors               logs: show only warnings and errors
  --saved NAME           query: run the saved query with this name
  --yes                  destroy: confirm; rollback: go back further than one update; deploy,
                         update, rollback: delete what a parameter had created; deploy, update:
                         drop a rollback that was cut off, or move a stopped application to another
                         Flink version
  --                     treat all following words as values, even if they begin with -
  -h, --help             show this help and exit

A value can also follow its option after an equals sign: --stack=shop.

Requires the aws command (version 2), python3 (3.8 or later), unzip, and a login with the necessary
permissions.

Examples:
  scripts/deploy.sh deploy --dry-run --stack shop --source kinesis --jar-bucket my-jars \\
    --set StreamArn=arn:aws:kinesis:eu-central-1:111122223333:stream/clicks
  scripts/deploy.sh deploy --stack shop --template full --source msk --jar-bucket my-jars --timeout 90
  scripts/deploy.sh update --stack shop --jar-bucket my-jars --set Parallelism=4 --keep 10
  scripts/deploy.sh update --stack shop --jar-bucket my-jars --flink 2.2
  scripts/deploy.sh logs --stack shop --errors
  scripts/deploy.sh query --stack shop --saved clicks-per-hour 2026-11-27 2026-11-28
  scripts/deploy.sh query --stack shop "SELECT count(*) FROM records WHERE dt = '2026-11-28'"
"""

COMMANDS = ("deploy", "update", "status", "doctor", "logs", "query", "rollback", "destroy")

#: The templates add to the stack's name: up to 13 characters in MSK, where names end at 64, and in Personalize.
MAX_NAME = 50

EVERY = {"--stack", "--dry-run", "--region", "--profile", "--timeout", "--poll"}

MAKING = {"--template", "--source", "--flink", "--set", "--tag", "--parameters", "--jar-bucket", "--jar", "--allow-lost-state", "--keep",
          "--yes"}

#: The options that a command takes beside those of every command.
TAKES = {"deploy": MAKING, "update": MAKING, "status": set(), "doctor": set(), "logs": {"--minutes", "--errors"},
         "query": {"--saved"}, "rollback": {"--jar-bucket", "--yes"}, "destroy": {"--yes"}}

#: The largest values: a day for a step, an hour between two checks, a year of log messages, and the service's quota of snapshots.
LARGEST = {"--timeout": 1440, "--poll": 3600, "--minutes": 525600, "--keep": 1000}

#: The parameters that the script sets, and what determines them.
SET_HERE = {"JarBucket": "use --jar-bucket", "JarKey": "use --jar",
            "ApplicationTemplateUrl": "the template is the one in cloudformation/application.yaml"}

FLAGS = ("--dry-run", "--allow-lost-state", "--errors", "--yes")


class Misuse(Exception):
    """The command line is wrong."""


class Options:
    def __init__(self):
        self.command = ""
        self.stack = "clickstream"
        #: Empty if not given: a stack that is there has its own.
        self.template = ""
        self.jar = ""
        self.jar_bucket = ""
        self.words = []
        self.saved = None
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
        #: The options that are on the command line.
        self.named = []

    def add_region(self):
        """Names the region of AWS_REGION in each call: version 1 of the aws command does not know this variable."""
        if "--region" not in self.aws and os.environ.get("AWS_REGION"):
            self.aws = ["--region", os.environ["AWS_REGION"], *self.aws]

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
        if word == "--":
            for each in left:
                _take_word(options, each)
            break
        if not word.startswith("-"):
            _take_word(options, word)
            continue
        if word.startswith("--") and "=" in word:
            word, _, value = word.partition("=")
            if word in FLAGS:
                raise Misuse(f"{word} takes no value, but '{value}' was given")
            left.insert(0, value)
        options.named.append(word)
        _take_option(options, word, left)
    _check(options)
    options.add_region()
    return options


def _take_option(options, word, left):
    name = word[2:].replace("-", "_")
    if word in FLAGS:
        setattr(options, name, True)
    elif word in ("--stack", "--jar", "--jar-bucket", "--saved"):
        setattr(options, name, _value(word, left))
    elif word in ("--minutes", "--timeout", "--poll", "--keep"):
        setattr(options, name, _number(word, _value(word, left)))
    elif word == "--template":
        options.template = _one_of(word, _value(word, left), ("application", "full"))
    elif word == "--source":
        options.given["Source"] = _one_of(word, _value(word, left), ("kinesis", "msk"))
    elif word == "--flink":
        options.given["FlinkVersion"] = RUNTIMES[_one_of(word, _value(word, left), tuple(RUNTIMES))]
    elif word == "--set":
        _add_parameter(options, _value(word, left), word)
    elif word == "--tag":
        _add_tag(options, _value(word, left))
    elif word == "--parameters":
        _read_parameters(options, _value(word, left))
    elif word in ("--region", "--profile"):
        options.aws += [word, _value(word, left)]
    else:
        raise Misuse(f"unknown option {word}; see --help")


def _take_word(options, word):
    if options.command == "query":
        options.words.append(word)
        return
    if word in COMMANDS:
        if options.command:
            raise Misuse(f"two commands were given: {options.command} and {word}")
        options.command = word
    elif options.command:
        raise Misuse(f"{options.command} does not accept '{word}': specify the stack with --stack, and see --help for other options")
    else:
        raise Misuse(f"unknown command {word}; the commands are {_list()}")


def _check(options):
    if not options.command:
        raise Misuse(f"a command is missing: {_list('or')}")
    for word in options.named:
        if word not in EVERY | TAKES[options.command]:
            takers = [command for command in COMMANDS if word in TAKES[command]]
            raise Misuse(f"{options.command} does not accept {word}, an option of {_joined(takers)}")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", options.stack):
        raise Misuse(f"--stack is '{options.stack}'; it must begin with a letter and contain only letters, digits, and -")
    if len(options.stack) > MAX_NAME:
        raise Misuse(f"--stack is '{options.stack}', which has {len(options.stack)} characters; {MAX_NAME} are allowed: the "
                     "templates derive longer names from it, and MSK allows 64 characters for a cluster, Personalize 63 for "
                     "a dataset group. Choose a shorter name")
    if options.command == "query":
        if options.saved is not None and not options.saved.strip():
            raise Misuse("--saved is empty; 'scripts/deploy.sh query' without SQL lists the names of the saved queries")
        if options.saved is None and options.words and not options.words[0].strip():
            raise Misuse("the SQL is empty; omit it to list the saved queries")
    if options.command in ("deploy", "update"):
        if not options.jar_bucket:
            raise Misuse(f"{options.command} needs --jar-bucket, a bucket in the Region of the stack; "
                         "'aws s3 mb s3://NAME' creates one")
        if options.jar and os.path.isdir(options.jar):
            raise Misuse(f"--jar: {options.jar} is a folder; specify a file")
        if options.jar and not os.access(options.jar, os.R_OK):
            raise Misuse(f"--jar: {options.jar} can't be read")


def _list(last="and"):
    return _joined(COMMANDS, last)


def _joined(names, last="and"):
    if len(names) < 3:
        return f" {last} ".join(names)
    return f"{', '.join(names[:-1])}, {last} {names[-1]}"


def _value(option, left):
    if not left:
        raise Misuse(f"{option} needs a value; see --help")
    return left.pop(0)


def _number(option, text):
    if not re.fullmatch(r"[0-9]+", text):
        raise Misuse(f"{option} is '{text}'; it must be a whole number")
    # Beyond these, a time can't be computed, or the service keeps nothing.
    if len(text.lstrip("0")) > 9 or int(text) > LARGEST[option]:
        raise Misuse(f"{option} is '{text[:20]}{'…' if len(text) > 20 else ''}'; it must be at most {LARGEST[option]}")
    if option == "--keep" and int(text) == 0:
        raise Misuse("--keep is '0'; it must be at least 1, since a rollback may need the newest snapshot")
    return int(text)


def _one_of(option, text, allowed):
    if text not in allowed:
        raise Misuse(f"{option} is '{text}'; it must be {' or '.join(allowed)}")
    return text


def _add_parameter(options, text, origin):
    if not re.match(r"[A-Za-z0-9]+=", text):
        raise Misuse(f"{origin}: '{text}' is not a parameter; use Key=Value")
    name, _, value = text.partition("=")
    if name in SET_HERE:
        raise Misuse(f"{origin}: the script sets {name} itself; {SET_HERE[name]}")
    session = re.fullmatch(r"arn:([a-z-]+):sts::([0-9]{12}):assumed-role/([^/]+)/.*", value)
    if name == "AdminArn" and session:
        partition, account, role = session.groups()
        raise Misuse(f"{origin}: AdminArn is '{value}', a session of the role {role}; it must be the ARN of the role, such as "
                     f"arn:{partition}:iam::{account}:role/{role}. 'aws iam get-role --role-name {role} --query Role.Arn' prints it")
    options.given[name] = value


def _add_tag(options, text):
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise Misuse(f"--tag: '{text}' is not a tag; use Key=Value")
    options.tags[name] = value


def _read_parameters(options, file):
    try:
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                line = line.rstrip("\r\n")
                if line.strip() and not line.lstrip().startswith("#"):
                    _add_parameter(options, line, f"--parameters {file}")
    except OSError as error:
        raise Misuse(f"--parameters: {file} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misuse(f"--parameters: {file} is not UTF-8 text; it must have one line Key=Value for each parameter") from None

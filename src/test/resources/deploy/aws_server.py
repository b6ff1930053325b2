"""Makes calls of the aws command without starting Python for each: aws_server.py SOCKET.

The command's own code runs in a process of its own for each call, a copy of this one, which has loaded the code and the
models of services. A caller is aws_client.py.
"""

import contextlib
import functools
import gc
import io
import os
import signal
import socket
import sys
import traceback

import awscli.clidriver
import botocore.loaders
import botocore.session

CALLS = ("athena list-named-queries", "cloudformation describe-stacks", "cloudwatch list-metrics", "iam list-roles",
         "kafka list-clusters", "kinesis list-streams", "kinesisanalyticsv2 list-applications", "logs describe-log-groups",
         "opensearch list-domain-names", "s3api list-buckets", "sts get-caller-identity")

SERVICE = {"s3api": "s3"}

load = functools.lru_cache(maxsize=None)(botocore.loaders.JSONFileLoader().load_file)
# A copy may change what it gets: no other one sees it.
botocore.loaders.JSONFileLoader.load_file = lambda _, path: load(path)
# Each copy would look through the folders of all services several times.
for name in ("list_available_services", "list_api_versions", "determine_latest_version"):
    known = functools.lru_cache(maxsize=None)(getattr(botocore.loaders.Loader(), name))
    setattr(botocore.loaders.Loader, name, lambda _, *given, known=known, **named: known(*given, **named))

# The command sets it when its code is loaded.
DATA = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}


def warm_up():
    """Loads what calls load: goes through a call of each service, up to where it would be sent."""
    session = botocore.session.Session()
    for call in CALLS:
        with contextlib.redirect_stdout(io.StringIO()):
            awscli.clidriver.create_clidriver().main([*call.split(), "--generate-cli-skeleton"])
        session.create_client(SERVICE.get(call.split()[0], call.split()[0]), region_name="eu-central-1",
                              aws_access_key_id="none", aws_secret_access_key="none")


def answer(connection, driver):
    """Makes the call that comes over a connection: its outputs, and the length and parts that aws_client.py writes."""
    head, outputs, _, _ = socket.recv_fds(connection, 4, 2)
    with connection.makefile("rb") as stream:
        parts = [os.fsdecode(part) for part in stream.read(int.from_bytes(head, "big")).split(b"\0")]
    for number, output in zip((1, 2), outputs):
        os.dup2(output, number)
    folder, count = parts[0], int(parts[1])
    variables = (part.partition("=") for part in parts[2 + count:])
    os.environ.clear()
    os.environ.update({**{name: value for name, _, value in variables}, **DATA})
    os.chdir(folder)
    sys.argv = ["aws", *parts[2:2 + count]]
    try:
        code = driver.main()
    except SystemExit as ended:
        code = ended.code or 0
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([code]))


def main(path):
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    warm_up()
    # What the command itself makes before it looks at its arguments. It reads the environment later.
    driver = awscli.clidriver.create_clidriver()
    gc.freeze()
    # Copies that have ended leave nothing behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(16)
        print("ready", flush=True)
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                server.close()
                try:
                    answer(connection, driver)
                except Exception:
                    traceback.print_exc()
                finally:
                    os._exit(0)
            connection.close()


main(sys.argv[1])

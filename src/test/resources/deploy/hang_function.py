"""Runs an inline function of a template with a clock of its own, for every moment at which the services stop answering:
hang_function.py CODE EVENT SECONDS.

Until that moment they are busy. Then one more call succeeds, or none, and all others hang for as long as their timeouts allow:
the connection, its encryption, the head of the answer and its body each take a whole one. Fails if CloudFormation ever gets its
answer later than 10 seconds before Lambda ends the function.
"""

import importlib.util
import io
import json
import sys
import time
import urllib.error
import urllib.request

import boto3
import cfnresponse
from botocore.exceptions import ClientError, ReadTimeoutError

ANSWER = 10
FOUND = {"eventTrackerArn": "arn:aws:personalize:eu-central-1:1:event-tracker/a", "endpoint": "example.org",
         "AuthorizedPrincipalList": []}


class World:
    """The services, and the time."""

    def __init__(self, seconds, moment, succeeds):
        self.now, self.end, self.moment, self.succeeds = 0, seconds, moment, succeeds
        self.told = []

    log_stream_name = "log-stream"

    def get_remaining_time_in_millis(self):
        return int((self.end - self.now) * 1000)

    def sleep(self, seconds):
        self.now += seconds

    def open(self, request, timeout):
        if self.now < self.moment:
            self.now += 0.1
            raise urllib.error.HTTPError(request.full_url, 503, "busy", {}, io.BytesIO(b"busy"))
        # Encrypted: the connection, its encryption, and the answer.
        self.now += 3 * timeout
        raise TimeoutError("timed out")

    def client(self, name, config):
        world = self

        class Client:
            class exceptions:
                ResourceNotFoundException = KeyError

            def __getattr__(self, operation):
                return lambda **_: world.answer(operation, 2 * config.connect_timeout + config.read_timeout)

        return Client()

    def answer(self, operation, longest):
        if self.now < self.moment:
            self.now += 0.1
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)
        self.now += longest
        if self.succeeds:
            self.succeeds = False
            return FOUND
        raise ReadTimeoutError(endpoint_url="https://example.org")

    def send(self, event, context, status, *_, **__):
        self.told.append((status, self.end - self.now))


def main(code, event, seconds):
    spec = importlib.util.spec_from_file_location("index", code)
    index = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(index)
    # To make one takes longer than all else here.
    session = boto3.Session()
    boto3.Session = lambda: session
    late = []
    for half in range(2 * seconds):
        for succeeds in (False, True):
            world = World(seconds, half / 2, succeeds)
            time.sleep, urllib.request.urlopen = world.sleep, world.open
            boto3.client, cfnresponse.send = world.client, world.send
            index.handler(dict(event), world)
            (status, left), = world.told
            if status != "FAILED" or left < ANSWER:
                late.append(f"hanging from second {half / 2} on, one more success {succeeds}: {status} with {left:.1f} s left")
    print("\n".join(late) or "all in time")


with open(sys.argv[2], encoding="utf-8") as file:
    main(sys.argv[1], json.load(file), int(sys.argv[3]))

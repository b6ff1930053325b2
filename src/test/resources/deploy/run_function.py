"""Runs an inline function of a template as Lambda does, on the event in a file: run_function.py CODE EVENT SECONDS [short].

Fails if the function takes longer than its time. All that is in the process is real. With "short", the waits between two calls
are not: they only bring the end of the function's time nearer.
"""

import importlib.util
import json
import sys
import time


class Context:
    log_stream_name = "log-stream"

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def sleep(self, seconds):
        self.end -= seconds

    def get_remaining_time_in_millis(self):
        return int((self.end - time.monotonic()) * 1000)


spec = importlib.util.spec_from_file_location("index", sys.argv[1])
index = importlib.util.module_from_spec(spec)
spec.loader.exec_module(index)
context = Context(float(sys.argv[3]))
if sys.argv[4:] == ["short"]:
    time.sleep = context.sleep
with open(sys.argv[2]) as event:
    index.handler(json.load(event), context)
if context.get_remaining_time_in_millis() < 0:
    sys.exit("Lambda would have ended the function")

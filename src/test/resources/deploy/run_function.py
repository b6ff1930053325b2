"""Runs an inline function of a template as Lambda does, on the event in a file: run_function.py CODE EVENT SECONDS.

Fails if the function takes longer than its time. Nothing in the process is replaced.
"""

import importlib.util
import json
import sys
import time


class Context:
    log_stream_name = "log-stream"

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self):
        return int((self.end - time.monotonic()) * 1000)


spec = importlib.util.spec_from_file_location("index", sys.argv[1])
index = importlib.util.module_from_spec(spec)
spec.loader.exec_module(index)
context = Context(float(sys.argv[3]))
with open(sys.argv[2]) as event:
    index.handler(json.load(event), context)
if context.get_remaining_time_in_millis() < 0:
    sys.exit("Lambda would have ended the function")

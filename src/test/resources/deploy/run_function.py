"""Runs an inline function of a template on an event from standard input, with what it imports replaced: prints as JSON
what it called and what it answered."""

import json
import sys
import types
import urllib.request

given = json.load(sys.stdin)
calls, answers = [], given["answers"]


def stub(name, **members):
    module = sys.modules[name] = types.ModuleType(name)
    module.__dict__.update(members)


class NotFound(Exception):
    pass


class Client:
    exceptions = types.SimpleNamespace(ResourceNotFoundException=NotFound)

    def __init__(self, service):
        self.service = service

    def __getattr__(self, operation):
        def call(**arguments):
            calls.append([self.service, operation, arguments])
            answer = answers[operation].pop(0)
            if answer == "not found":
                raise NotFound()
            return answer

        return call


class Request:
    def __init__(self, method, url, data, headers):
        self.url, self.body, self.headers = url, data, headers

    def prepare(self):
        return self


class Auth:
    def __init__(self, credentials, service, region):
        self.scope = f"{service} {region}"

    def add_auth(self, request):
        request.headers["Authorization"] = self.scope


def urlopen(request, timeout):
    calls.append([request.method, request.full_url, json.loads(request.data), request.headers["Authorization"]])
    if answers.get("error"):
        raise RuntimeError(answers["error"])


def send(event, context, status, data, physical_id=None, reason=None):
    print(json.dumps({"status": status, "data": data, "id": physical_id, "reason": reason, "calls": calls}))


stub("boto3", client=Client)
stub("cfnresponse", SUCCESS="SUCCESS", FAILED="FAILED", send=send)
stub("botocore")
stub("botocore.auth", SigV4Auth=Auth)
stub("botocore.awsrequest", AWSRequest=Request)
stub("botocore.session", Session=lambda: types.SimpleNamespace(get_credentials=lambda: None))
urllib.request.urlopen = urlopen
sys.modules["time"] = types.SimpleNamespace(sleep=lambda seconds: None)

code = types.ModuleType("index")
with open(sys.argv[1]) as file:
    exec(compile(file.read(), "index.py", "exec"), code.__dict__)
builtin_print = print
code.__dict__["print"] = lambda *values: builtin_print(*values, file=sys.stderr)
code.handler(given["event"], None)

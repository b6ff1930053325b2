"""What Lambda puts beside inline code, as CloudFormation's documentation has it: sends the answer to its address."""

import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, status, data, physicalResourceId=None, noEcho=False, reason=None):
    body = json.dumps({
        "Status": status,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": data,
    }).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, {"content-type": ""}, method="PUT"))

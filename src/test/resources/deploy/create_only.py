"""Which changes of parameters make CloudFormation replace or delete what holds data, and whether scripts/deploy.sh refuses them.

Reads a JSON list of {"template", "parameters", "change", "before", "after"} from a file: the parameters of a stack, a
change of them, and the resources before and after it. Prints a JSON object: how many changes lose something, and
those of which the script thinks otherwise.
"""

import json
import os
import sys

import cfnlint
from cfnlint.data.schemas.providers.eu_central_1 import types

sys.path.insert(0, os.path.join("scripts", "deploy"))
import kept  # noqa: E402

FOLDER = os.path.join(os.path.dirname(cfnlint.__file__), "data", "schemas", "resources")

#: What holds data, and the network, in which it is.
STATEFUL = ("AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::Glue::Registry", "AWS::Glue::Schema", "AWS::Kinesis::Stream",
            "AWS::KinesisAnalyticsV2::Application", "AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster", "AWS::MSK::Topic",
            "AWS::OpenSearchService::Application", "AWS::OpenSearchService::Domain", "AWS::Personalize::Dataset",
            "AWS::Personalize::DatasetGroup", "AWS::Personalize::Schema", "AWS::S3::Bucket")

paths = {}


def fixed_paths(kind):
    """The properties of a kind that can't change. Some can in some cases only, on which nobody should build."""
    if kind not in paths:
        with open(os.path.join(FOLDER, types[kind] + ".json"), encoding="utf-8") as file:
            schema = json.load(file)
        found = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
        paths[kind] = [path.split("/")[2:] for path in found]
    return paths[kind]


def at(value, path):
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def refers(value, names):
    """Whether a value has a reference to one of these resources, as the test resolves references."""
    if isinstance(value, dict):
        return any(refers(each, names) for each in value.values())
    if isinstance(value, list):
        return any(refers(each, names) for each in value)
    return any(value in (name, f"arn:of:{name}") for name in names)


def lost(before, after):
    """The resources with data that are not there any more, or made anew."""
    gone = {name for name in before if name not in after}
    while True:
        more = {name for name, old in before.items() if name not in gone and old["Type"] in types
                and any(at(old["Properties"], path) != at(after[name]["Properties"], path)
                        or refers(at(old["Properties"], path), gone) for path in fixed_paths(old["Type"]))}
        if not more:
            return sorted(name for name in gone if before[name]["Type"] in STATEFUL)
        gone |= more


def main(path):
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    count, wrong = 0, []
    for case in cases:
        before = case["before"]
        found = lost(before, case["after"])
        count += bool(found)
        if case["template"] == "older":
            told = []
        else:
            names = {name: before[resource]["Properties"].get("Name") or before[resource]["Properties"].get("DomainName")
                     for name, resource in kept.NAMED.items() if resource in before}
            told = list(kept.losses(case["template"], {**case["parameters"], **names}, case["change"]))
        if bool(found) != bool(told):
            wrong.append(f"{case['template']} {case['parameters']} {case['change']}: lost {found}, told {told}")
    print(json.dumps({"losses": count, "wrong": wrong}))


main(sys.argv[1])

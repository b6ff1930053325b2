"""Validates resources against the schemas of CloudFormation that cfn-lint ships.

Reads a JSON list of {"name", "type", "properties"} from a file, and prints a JSON object: how many
types were looked at, what is wrong, the types that take no tags, and by Region those that it lacks.
"""

import importlib
import json
import os
import pkgutil
import sys

import cfnlint
import regex
from cfnlint.data.schemas import providers
from cfnlint.data.schemas.providers.eu_central_1 import types
from jsonschema import Draft7Validator, ValidationError, validators

FOLDER = os.path.join(os.path.dirname(cfnlint.__file__), "data", "schemas", "resources")

# CloudFormation makes of a value what a property is.
CHECKER = (
    Draft7Validator.TYPE_CHECKER.redefine(
        "boolean", lambda _, value: isinstance(value, bool) or value in ("true", "false"))
    .redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
        or isinstance(value, str) and regex.fullmatch("[0-9]+", value) is not None)
    .redefine(
        "string", lambda _, value: isinstance(value, (str, int, float)) and not isinstance(value, bool))
)


def pattern(_, expected, value, __):
    if isinstance(value, str) and not regex.search(expected, value):
        yield ValidationError(f"{value!r} does not match {expected!r}")


def longest(_, limit, value, __):
    if isinstance(value, (str, int, float)) and len(str(value)) > limit:
        yield ValidationError(f"{value!r} is longer than {limit}")


def shortest(_, limit, value, __):
    if isinstance(value, (str, int, float)) and len(str(value)) < limit:
        yield ValidationError(f"{value!r} is shorter than {limit}")


Validator = validators.extend(
    Draft7Validator,
    {"pattern": pattern, "maxLength": longest, "minLength": shortest},
    type_checker=CHECKER,
)


def schema(kind):
    with open(os.path.join(FOLDER, types[kind] + ".json"), encoding="utf-8") as file:
        return json.load(file)


def takes_tags(found):
    return found.get("tagging", {}).get("taggable", found.get("taggable", "Tags" in found["properties"])) \
        and "Tags" in found["properties"]


def lacking(kinds):
    lack = {}
    for region in pkgutil.iter_modules(providers.__path__):
        known = importlib.import_module(f"{providers.__name__}.{region.name}").types
        missing = sorted(kind for kind in kinds if kind not in known)
        if missing:
            lack[region.name] = missing
    return lack


def main(path):
    with open(path, encoding="utf-8") as file:
        resources = json.load(file)
    schemas, errors = {}, []
    for each in resources:
        kind = each["type"]
        if kind.startswith("Custom::"):
            continue
        if kind not in schemas:
            schemas[kind] = schema(kind)
        for error in Validator(schemas[kind]).iter_errors(each["properties"]):
            place = "/".join(map(str, error.absolute_path))
            errors.append(f"{each['name']} ({kind}) {place}: {error.message[:300]}")
    untagged = sorted(kind for kind, found in schemas.items() if not takes_tags(found))
    print(json.dumps({"types": len(schemas), "errors": errors, "untagged": untagged, "lacking": lacking(schemas)}))


main(sys.argv[1])

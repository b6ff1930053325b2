"""Parameters: what the template does not allow, and what it can't express but the job would refuse after the deployment."""

import re
from itertools import combinations

from results import RESULTS

#: The fields at the top of each preset's records that the job reads, as in io.clickstream.config.JsonMapping.
FIELDS = {"lab": {"userid", "eventtimestamp", "event_type", "product_type"},
          "interactions": {"userId", "sentAt", "eventType", "itemId", "sessionId"},
          "web-access": {"name", "timestamp", "action", "path"},
          "ticker": {"TICKER", "EVENT_TIME"},
          "ga4": {"user_pseudo_id", "event_timestamp", "event_name"},
          "segment": {"userId", "anonymousId", "timestamp", "event"},
          "snowplow": {"domain_userid", "derived_tstamp", "domain_sessionid"},
          "rees46": {"user_id", "event_time", "event_type", "category_code", "product_id", "price", "user_session"}}


def values_of(template, stack, given):
    """The values of all parameters: defaults, values that a stack has, and values that are given."""
    known = template["Parameters"]
    defaults = {name: str(each["Default"]) for name, each in known.items() if "Default" in each}
    return {**defaults, **{name: value for name, value in stack.items() if name in known}, **given}


def problem_in_template(template, values):
    """Why the template does not allow these values, in a sentence; empty if it does. CloudFormation says so only at the end."""
    for name, value in values.items():
        allowed = _unlike(template["Parameters"][name], value)
        if allowed:
            return f"{name} is '{value}'; {allowed}"
    for rule in template.get("Rules", {}).values():
        if _holds(rule["RuleCondition"], values):
            for each in rule["Assertions"]:
                if not _holds(each["Assert"], values):
                    return each["AssertDescription"]
    return ""


def problem_for_job(stack, values):
    """Why the job would refuse these values, in a sentence, although the template allows them; empty if it would not."""
    return next(filter(None, (_of_numbers(values), _of_names(stack, values), _of_fields(values), _of_pairs(values))), "")


def _unlike(definition, value):
    """What is allowed; empty if the value is."""
    told = definition.get("ConstraintDescription")
    listed = [str(each) for each in definition.get("AllowedValues", [])]
    if listed and value not in listed:
        return told or f"it must be one of {', '.join(listed)}"
    pattern = definition.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        return told or f"it must match {pattern}"
    longest = definition.get("MaxLength")
    if longest and len(value) > int(longest):
        return f"it must have at most {longest} characters"
    if definition["Type"] != "Number":
        return ""
    lowest, highest = definition.get("MinValue"), definition.get("MaxValue")
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return "it must be a number"
    if lowest is not None and float(value) < float(lowest) or highest is not None and float(value) > float(highest):
        return f"it must be from {lowest} to {highest}" if highest is not None else f"it must be at least {lowest}"
    return ""


def _holds(expression, values):
    """What a function of a rule says."""
    (function, arguments), = expression.items()
    if function == "Fn::Not":
        return not _holds(arguments[0], values)
    if function == "Fn::And":
        return all(_holds(each, values) for each in arguments)
    if function == "Fn::Or":
        return any(_holds(each, values) for each in arguments)
    first, second = (values.get(each["Ref"], "") if isinstance(each, dict) else each for each in arguments)
    return second in [str(each) for each in first] if function == "Fn::Contains" else str(first) == str(second)


def _of_numbers(values):
    for name in ("Parallelism", "MaxParallelism", "ParallelismPerKpu", "CheckpointInterval"):
        if not re.fullmatch("0|[1-9][0-9]*", values[name]):
            return f"{name} is '{values[name]}'; it must be a whole number without leading zeros"
    parallelism, limit = int(values["Parallelism"]), int(values["MaxParallelism"])
    if 0 < limit < parallelism:
        return (f"Parallelism is {parallelism}, which is greater than MaxParallelism, {limit}; "
                "the job does not start with more subtasks than that")
    return ""


def _of_names(stack, values):
    """Each result needs a stream or topic of its own."""
    names = {result.parameter: values.get(result.parameter) or _default_name(stack, values, result) for result in RESULTS}
    for one, other in combinations(names, 2):
        if names[one] == names[other]:
            return f"{one} and {other} are both '{names[one]}'; each needs its own stream or topic"
    return ""


def _default_name(stack, values, result):
    """In the template full, the cluster is the stack's own, so names of topics do not have the stack's."""
    is_short = "MskType" in values and (values["Source"] == "msk" or not result.is_on(values))
    return result.default if is_short else f"{stack}-{result.default}"


def _of_fields(values):
    """Avro fields have no parts. No field is a part of one that the job reads from JSON."""
    is_json = values["Format"] == "json"
    names = ["DuplicateId"] if "Personalize" in values and values["Personalize"] != "true" else ["DuplicateId", "Item"]
    for name in names:
        parts = values[name].split("/")[1:]
        if len(parts) > 1 and not is_json:
            return f"{name} is '{values[name]}', which points into a field; for Avro it must be / and the name of a field"
        if name == "Item" and len(parts) > 1 and parts[0] in FIELDS[values["Preset"]]:
            return (f"Item is '{values[name]}', and the job reads /{parts[0]} with Preset {values['Preset']}; "
                    "a field must not be part of another one")
    return ""


def _of_pairs(values):
    for name in ("InteractionTypes", "ArchiveColumns"):
        keys = [pair.partition("=")[0].strip() for pair in values.get(name, "").split(",")]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            return f"{name} has '{twice}' twice; each name needs one value"
    return ""

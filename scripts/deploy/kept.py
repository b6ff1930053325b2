"""What an update must not take away: names of what is there, and what holds data."""

from calls import Stop
from results import OPTIONAL, RESULTS, written

#: Parameters of names, and the resources of full.yaml that have them.
NAMED = {**{result.parameter: result.resource for result in RESULTS}, "DomainName": "Domain"}

#: Parameters of full.yaml that can't change: CloudFormation would make anew what is named here, without its data.
FIXED = {"Source": "the streams or the cluster", "MskType": "the cluster", "KmsKeyArn": "the domain, and a provisioned cluster",
         "VpcCidr": "the network and everything in it", "Zones": "the subnets and everything in them", "DomainName": "the domain",
         **{result.parameter: "a stream" for result in RESULTS}}

#: Parameters of full.yaml whose other values make something: the value without it, and what is deleted with that value.
SWITCHES = {"AdminArn": ("", "the OpenSearch UI application with its workspace"),
            "OpenSearchUi": ("false", "the OpenSearch UI application with its workspace"),
            "Format": ("json", "the schema registry with its schemas"),
            "Personalize": ("false", "the dataset group of Personalize with its data"),
            **{name: (result.switch.off, "the stream of its results") for name, result in OPTIONAL.items()}}

#: The values that parameters have where a stack is older than they are.
FORMER = {"MskType": "provisioned", "OpenSearchUi": "true", "Format": "json", "Personalize": "false",
          **{name: result.switch.off for name, result in OPTIONAL.items()}}

#: The consumer of enhanced fan-out of templates without parameters for names.
OLDER_CONSUMER = "clickstream"


def older_consumer(parameters):
    """In a set, the name of the consumer if an application with these parameters is of an older template."""
    return {OLDER_CONSUMER} if parameters.get("Reader") == "efo" and "DepartmentsName" not in parameters else set()


def names_to_keep(stack, groups):
    """The names of what is there, of the parameters that name it and have no value yet. An older template had other names."""
    names = _names_of_resources(stack) if stack.template() == "full" else _names_of_groups(groups)
    return {name: value for name, value in names.items() if not stack.parameters.get(name)}


def need_same_cluster(stack):
    """A cluster of an older template has two brokers in two zones, and can't get a third zone."""
    if stack.template() == "full" and "Cluster" in stack.resources() and "SubnetC" not in stack.resources():
        raise Stop(f"the cluster of the stack {stack.name} has brokers in two zones. The template has three in three zones: "
                   "CloudFormation would have to recreate the cluster, without its records",
                   f"nothing was changed. Create a second stack with '{stack.hint_of_another()}', send the clicks to it, and destroy "
                   "this one when nobody reads its topics anymore")


def need_unchanged(stack, before, after, names, may_delete):
    """Refuses values of parameters by which CloudFormation would delete what holds data.

    before, after: parameters with their values
    names: names of what is there
    may_delete: the user wants what a switch deletes
    """
    for name, what, is_switch in losses(stack.template(), {**before, **names}, after):
        now = names.get(name) or before.get(name) or FORMER.get(name, "")
        told = f"{name} is '{now}' and can't become '{after[name]}': CloudFormation would "
        if not is_switch:
            raise Stop(f"{told}recreate {what}, without the data",
                       f"nothing was changed; omit {name}, or create another stack with it")
        if not may_delete:
            raise Stop(f"{told}delete {what}", "nothing was changed; omit it, or use --yes to confirm")


def losses(template, before, after):
    """The parameters by whose new values something is lost, with what that is, and whether a switch deletes it."""
    if template != "full":
        return
    before = {**FORMER, **before}
    for name, value in after.items():
        if value == before.get(name, "") or not _makes_something(name, before):
            continue
        if name in FIXED:
            yield name, FIXED[name], False
        elif name in SWITCHES and value == SWITCHES[name][0]:
            yield name, SWITCHES[name][1], True


def _makes_something(name, before):
    """Whether there is something that a parameter of a stack makes or names."""
    from_kinesis = before.get("Source") == "kinesis"
    if name == "MskType":
        return not from_kinesis
    if name in ("AdminArn", "OpenSearchUi"):
        return bool(before.get("AdminArn")) and before["OpenSearchUi"] == "true"
    for result in RESULTS:
        if name in (result.parameter, result.switch and result.switch.parameter):
            return from_kinesis and result.is_on(before)
    return True


def _names_of_resources(stack):
    return {name: stack.resources()[resource][1] for name, resource in NAMED.items() if resource in stack.resources()}


def _names_of_groups(groups):
    """What the job writes to. Without a name it writes to a default."""
    if "sink.kinesis" in groups:
        return {result.parameter: result.stream(groups) for result in written(groups)}
    if "sink.kafka" in groups:
        return {result.parameter: result.topic(groups) for result in written(groups)}
    return {}

"""What the job writes. A new aggregate is a line of this list, in the same order as in io.clickstream.aggregate.Aggregates.

After a change of the list, run mvn test -Dtest=ResultsInTemplatesTest -Dtemplates.update=true, which writes its parts of the
templates.
"""


class Switch:
    """A parameter that turns an optional result on. It is named like the property group that it gives to the job."""

    def __init__(self, group, values, description, properties):
        """What the templates say of it.

        values: the first one is the default, which turns the result off
        properties: those of the group; ${} stands for the value of the parameter
        """
        self.group = group
        self.parameter = _parameter(group)
        self.values = values
        self.off = values[0]
        self.description = description
        self.properties = properties


class Result:
    def __init__(self, stem, default, switch=None, topic=None):
        """switch: of an optional result; topic: the group and key of the topic, if not sink.kafka."""
        self.stem = stem
        self.parameter = _parameter(stem) + "Name"
        self.resource = _parameter(stem) + "Stream"
        self.default = default
        self.switch = switch
        self._stream = ("sink.kinesis", stem + "-stream")
        self._topic = topic or ("sink.kafka", stem + "-topic")

    def is_written(self, groups):
        return self.switch is None or self.switch.group in groups

    def is_on(self, values):
        """Whether a stack with these parameters writes it."""
        return self.switch is None or values[self.switch.parameter] != self.switch.off

    def stream(self, groups):
        return self._name(groups, *self._stream)

    def topic(self, groups):
        return self._name(groups, *self._topic)

    def _name(self, groups, group, key):
        return groups.get(group, {}).get(key) or self.default


def _parameter(name):
    return "".join(part.title() for part in name.split("-"))


DEAD_LETTERS = Result("dead-letters", "DeadLetters", topic=("dead-letters", "topic"))

RESULTS = [Result("departments", "Departments_Agg"),
           Result("sessions", "ClickEvents_UserId_Agg_Result"),
           Result("checkouts", "User_Sessions_Aggregates_With_Order_Checkout"),
           Result("trending", "Trending",
                  Switch("trending", ["none", "department", "item"], "What to rank by clicks.", {"field": "${}"})),
           Result("live", "Live",
                  Switch("live", ["false", "true"], "Whether to count who is on the site.", {"every": "10 s"})),
           Result("funnel", "Funnel",
                  Switch("funnel", ["false", "true"], "Whether to count how many sessions reach each step of a funnel.",
                         {"by": "none"})),
           Result("carts", "Carts",
                  Switch("carts", ["false", "true"], "Whether to report abandoned carts.", {"abandoned-after": "30 min"})),
           DEAD_LETTERS]

#: The optional results, by the parameters that turn them on.
OPTIONAL = {result.switch.parameter: result for result in RESULTS if result.switch}


def written(groups):
    """What a job with these property groups writes."""
    return [result for result in RESULTS if result.is_written(groups)]

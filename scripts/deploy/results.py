"""What the job writes. A new aggregate is a line of this list, in the same order as in io.clickstream.aggregate.Aggregates."""


class Result:
    def __init__(self, stem, default, group=None, topic=None):
        """group: the property group that turns the result on; topic: the group and key of the topic, if not sink.kafka."""
        name = "".join(part.title() for part in stem.split("-"))
        self.parameter = name + "Name"
        self.resource = name + "Stream"
        self.default = default
        self._group = group
        self._stream = ("sink.kinesis", stem + "-stream")
        self._topic = topic or ("sink.kafka", stem + "-topic")

    def is_written(self, groups):
        return self._group is None or self._group in groups

    def stream(self, groups):
        return self._name(groups, *self._stream)

    def topic(self, groups):
        return self._name(groups, *self._topic)

    def _name(self, groups, group, key):
        return groups.get(group, {}).get(key) or self.default


DEAD_LETTERS = Result("dead-letters", "DeadLetters", topic=("dead-letters", "topic"))

RESULTS = [Result("departments", "Departments_Agg"),
           Result("sessions", "ClickEvents_UserId_Agg_Result"),
           Result("checkouts", "User_Sessions_Aggregates_With_Order_Checkout"),
           Result("trending", "Trending", group="trending"),
           DEAD_LETTERS]


def written(groups):
    """What a job with these property groups writes."""
    return [result for result in RESULTS if result.is_written(groups)]

"""What an application needs, by its property groups: streams, topics, buckets, a domain, and permissions."""

from results import DEAD_LETTERS, written

OBJECT_ACTIONS = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]


class Needs:
    def __init__(self, detail, groups, parameters, jar):
        _, self._partition, _, self._region, self._account, _ = detail["ApplicationARN"].split(":", 5)
        configuration = detail["ApplicationConfigurationDescription"]
        self._groups = groups
        self._parameters = parameters
        self._in_vpc = bool(configuration.get("VpcConfigurationDescriptions"))
        self.jar = jar
        self.log_streams = [tuple(each["LogStreamARN"].split(":log-group:")[1].split(":log-stream:"))
                            for each in detail.get("CloudWatchLoggingOptionDescriptions", [])]
        self.clicks = self._stream_arn(self._of("source.kinesis", "stream"))
        self.results = [self._stream_arn(result.stream(groups)) for result in written(groups) if "sink.kinesis" in groups]
        self.streams = [stream for stream in [self.clicks, *self.results] if stream]
        self.cluster = parameters.get("MskClusterArn") if "source.kafka" in groups else None
        self.topics = self._topics()
        self.folders = [self._folder(path) for path in (self._of("sink.archive", "path"),
                                                        self._of("sink.personalize", "spill-path")) if path]
        self.endpoint = self._of("sink.opensearch", "endpoint")
        self.domain = parameters.get("OpenSearchDomainArn") if self.endpoint else None

    def permissions(self):
        """Actions and the resources that the role needs them on."""
        return [each for each in (*self._of_service(), *self._of_kinesis(), *self._of_kafka(), *self._of_sinks()) if each[1]]

    # --- Parts

    def _of_service(self):
        yield ["s3:GetObject"], [self._arn("s3", f"{self.jar[0]}/{self.jar[1]}", False)]
        yield ["logs:PutLogEvents"], [self._arn("logs", f"log-group:{group}:log-stream:{stream}")
                                      for group, stream in self.log_streams]
        if self._in_vpc:
            yield ["ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
                   "ec2:DescribeSubnets", "ec2:DescribeVpcs"], ["*"]
            yield (["ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
                   [self._arn("ec2", "network-interface/eni-1")])
        yield ["secretsmanager:GetSecretValue"], self._list("SecretArns")
        yield ["kms:Decrypt"], self._list("JarKmsKeyArn")
        yield ["kms:Decrypt", "kms:GenerateDataKey"], self._list("KmsKeyArns")
        if self._of("registry", "type") == "glue":
            yield ["glue:GetSchemaVersion"], ["*"]

    def _of_kinesis(self):
        if self.clicks:
            yield ["kinesis:DescribeStreamSummary", "kinesis:ListShards"], [self.clicks]
            if self._of("source.kinesis", "reader") == "efo":
                consumer = f"{self.clicks}/consumer/{self._of('source.kinesis', 'consumer')}:1"
                yield ["kinesis:RegisterStreamConsumer"], [self.clicks]
                yield ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"], [consumer]
            else:
                yield ["kinesis:GetRecords", "kinesis:GetShardIterator"], [self.clicks]
        yield ["kinesis:DescribeStreamSummary", "kinesis:PutRecord", "kinesis:PutRecords"], self.results

    def _of_kafka(self):
        if not self.cluster:
            return
        yield ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster", "kafka-cluster:DescribeClusterDynamicConfiguration",
               "kafka-cluster:WriteDataIdempotently"], [self.cluster]
        yield (["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
               [self._in_cluster("topic", self._of("source.kafka", "topic"))])
        if self._of("source.kafka", "group-id"):
            yield (["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
                   [self._in_cluster("group", self._of("source.kafka", "group-id"))])
        yield (["kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic",
                "kafka-cluster:DescribeTopicDynamicConfiguration", "kafka-cluster:WriteData"],
               [self._in_cluster("topic", topic) for topic in self.topics[1:]])
        if self._of("sink.kafka", "transactional-id-prefix"):
            yield (["kafka-cluster:AlterTransactionalId", "kafka-cluster:DescribeTransactionalId"],
                   [self._in_cluster("transactional-id", self._of("sink.kafka", "transactional-id-prefix") + "-0")])

    def _of_sinks(self):
        if self.domain and self._of("sink.opensearch", "auth") == "sigv4":
            yield ["es:ESHttpGet"], [f"{self.domain}/", f"{self.domain}/*/_mapping"]
            yield ["es:ESHttpPost"], [f"{self.domain}/_bulk", f"{self.domain}/_index_template/_simulate_index/*"]
            yield ["es:ESHttpPut"], [f"{self.domain}/_index_template/*"]
        for bucket, prefix in self.folders:
            yield ["s3:ListBucket", "s3:ListBucketMultipartUploads"], [self._arn("s3", bucket, False)]
            # The folder itself, too: the S3 file system asks for it.
            yield OBJECT_ACTIONS, [self._arn("s3", f"{bucket}/{prefix}", False), self._arn("s3", f"{bucket}/{prefix}/part", False)]
        if "sink.personalize" in self._groups:
            yield ["personalize:PutEvents"], ["*"]

    def _topics(self):
        """The topic of clicks, and those of results."""
        if "source.kafka" not in self._groups:
            return []
        results = written(self._groups) if "sink.kafka" in self._groups else [DEAD_LETTERS]
        return [self._of("source.kafka", "topic"), *[result.topic(self._groups) for result in results]]

    def _list(self, parameter):
        return [each for each in self._parameters.get(parameter, "").split(",") if each]

    def _of(self, group, key):
        return self._groups.get(group, {}).get(key)

    def _folder(self, path):
        bucket, _, prefix = path.partition("://")[2].partition("/")
        return bucket, prefix.rstrip("/")

    def _stream_arn(self, name):
        if not name or name.startswith("arn:"):
            return name
        return self._arn("kinesis", f"stream/{name}")

    def _in_cluster(self, kind, name):
        return f"{self.cluster.replace(':cluster/', f':{kind}/')}/{name}"

    def _arn(self, service, resource, regional=True):
        place = f"{self._region}:{self._account}" if regional else ":"
        return f"arn:{self._partition}:{service}:{place}:{resource}"

#!/usr/bin/env bash
# Runs the job on this machine: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/run-local.sh [OPTION...]

Runs the job on this machine: a Kafka broker, an OpenSearch node, the traffic of a shop and the job
in a Flink cluster with its web UI. In the end it compares what is in the topics or streams, in the
indices and in the archive with what was sent, and exits with 0 only if they are equal.

  --duration TIME     how long clicks are sent, such as 90s, 2m or 1h (until Ctrl-C)
  --rate N            clicks per second (2000)
  --parallelism N     parallelism of the job (2)
  --format FORMAT     json or avro (json, or avro with --registry)
  --registry REGISTRY confluent or glue: a schema registry starts too, and clicks are Avro by an
                      older and a newer schema in it, half of them by each
  --source SOURCE     kafka or kinesis, where clicks are read; kinesis needs Node.js 18 or later
                      with npm (kafka)
  --output OUTPUT     kafka or kinesis, where aggregates and dead letters go (kafka)
  --late PERCENT      of the records: clicks an hour older than the run, from 30 s after its begin on,
                      which become dead letters (0)
  --malformed PERCENT of the records: those that the job can't use, which do so too (0)
  --trending          the job lists the most clicked departments of 30 s, every 10 s
  --personalize       a stand-in for Amazon Personalize starts too; clicks of products go there
  --personalize-faults FAULT
                      429 answers every second call so; 503 or slow do for the first 45 s, in
                      which interactions are spilled; with --personalize
  --archive [FORMAT]  every record is kept in an S3-compatible server, too, which starts with the
                      run: as lines of JSON or in Parquet files, json or parquet (json)
  --users N           users to draw from (10000, or more where the rate takes more)
  --seed N            another seed gives other visits (1)
  -h, --help          show this and end

After the last click it takes about a minute until event time has passed the last windows. Ctrl-C
ends a run in the same orderly way; a second Ctrl-C aborts it. All ports are on 127.0.0.1, and
nothing is left afterwards but the log, whose place is printed.

Examples:
  scripts/run-local.sh
  scripts/run-local.sh --duration 90s
  scripts/run-local.sh --duration 2m --rate 5000 --format avro
  scripts/run-local.sh --duration 60s --source kinesis --output kinesis
  scripts/run-local.sh --duration 60s --registry confluent
  scripts/run-local.sh --duration 90s --personalize --personalize-faults 503
  scripts/run-local.sh --duration 90s --archive parquet --personalize
  scripts/run-local.sh --duration 90s --late 1 --malformed 1 --trending
HELP
    exit 0
  fi
done

for argument in "$@"; do
  if [[ $argument == kinesis || $argument == *=kinesis ]]; then
    # For the Kinesis-compatible server.
    need node npm
  fi
done
build_local
run_java 1536m io.clickstream.local.run.LocalRun "$@"

#!/usr/bin/env bash
# Runs the job on this machine: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/run-local.sh [OPTION...]

Runs the job on this machine: a Kafka broker, an OpenSearch node, the traffic of a simulated shop, and
the job in a Flink cluster with its web UI. At the end, it compares the topics or streams, the indices,
and the archive with the records that were sent. It exits with 0 only if they are equal.

  --duration TIME     how long to send clicks, such as 90s, 2m or 1h (default: until Ctrl-C)
  --rate N            clicks per second (default: 2000)
  --parallelism N     parallelism of the job (default: 2)
  --format FORMAT     json or avro (default: json; avro with --registry)
  --registry REGISTRY confluent or glue: also start a schema registry, and send the clicks as Avro in
                      two registered schema versions, half of the clicks in each
  --source SOURCE     kafka or kinesis: where the job reads clicks; kinesis needs Node.js 18 or later
                      with npm (default: kafka)
  --output OUTPUT     kafka or kinesis: where the job writes aggregates and dead letters (default:
                      kafka)
  --late PERCENT      percentage of records that are one hour old, from 30 s after the start; they
                      become dead letters (default: 0)
  --malformed PERCENT percentage of records that the job cannot use; they become dead letters
                      (default: 0)
  --trending          also rank the most clicked departments of the last 30 s, every 10 s
  --personalize       also start a stand-in for Amazon Personalize, which receives clicks on products
  --personalize-faults FAULT
                      with --personalize: 429 throttles every second call; 503 fails, and slow
                      delays, all calls in the first 45 s, so that interactions are spilled
  --archive [FORMAT]  also keep every record in an S3-compatible server, which is started, too, as
                      json (lines of JSON) or parquet (default: json)
  --users N           number of simulated users (default: 10000, or more if the rate needs more)
  --seed N            seed for the simulated visits (default: 1)
  -h, --help          show this help and exit

After the last click, it takes about a minute until event time has passed the last windows. Ctrl-C
ends the run in the same orderly way; a second Ctrl-C aborts it. All servers listen on 127.0.0.1 only.
The run leaves nothing behind except the log, and prints the path of the log.

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
run_local 1536m io.clickstream.local.run.LocalRun "$@"

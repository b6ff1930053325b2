#!/usr/bin/env bash
# Runs the jar on a Flink cluster on this machine: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/run-cluster.sh [OPTION...]

Runs the jar that is uploaded to the managed service on a Flink cluster on this machine: a job manager
and task managers, each in its own process with Flink's own jars and the settings of
flink-conf/config.yaml, a Kafka broker, and an OpenSearch node. It uploads the jar over REST and
configures the job with the lab's property group. In each round it kills a task manager, stops the job
with a savepoint, tries an update that does not start, and rolls back to the savepoint at another
parallelism. At the end, it compares the topics and indices with the records that were sent. It exits
with 0 only if they are equal.

  --duration TIME     how long to send clicks in each round, such as 60s or 2m (default: 60s)
  --rounds N          number of rounds (default: 1)
  --rate N            clicks per second (default: 1000)
  --task-managers N   number of task managers, with one slot each (default: 2)
  --seed N            seed for the simulated visits (default: 1)
  -h, --help          show this help and exit

The run needs 3 GB of memory. Ctrl-C ends it in an orderly way; a second Ctrl-C aborts it. All servers
listen on 127.0.0.1 only. The run leaves nothing behind except the logs, and prints their path.

Examples:
  scripts/run-cluster.sh
  scripts/run-cluster.sh --duration 90s --rounds 10 --task-managers 3
HELP
    exit 0
  fi
done

build_jar
build_local
run_local 1g io.clickstream.local.run.ClusterRun "$@"

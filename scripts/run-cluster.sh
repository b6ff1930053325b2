#!/usr/bin/env bash
# Runs the jar on a Flink cluster on this machine: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/run-cluster.sh [OPTION...]

Runs the jar that is uploaded to the managed service on a Flink cluster on this machine: a job
manager and task managers, each a process of its own with Flink's own jars and the settings of
flink-conf/config.yaml, a Kafka broker and an OpenSearch node. The jar is uploaded over REST and
configured by the lab's property group. In each round a task manager is killed, and the job is
stopped with a savepoint; an update that does not start is rolled back to it, at another
parallelism. In the end it compares what is in the topics and indices with what was sent, and exits
with 0 only if they are equal.

  --duration TIME     how long clicks are sent in each round, such as 60s or 2m (60s)
  --rounds N          how often a task manager is killed and the job stopped (1)
  --rate N            clicks per second (1000)
  --task-managers N   task managers, with one slot each (2)
  --seed N            another seed gives other visits (1)
  -h, --help          show this and end

It takes 3 GB of memory. Ctrl-C ends a run in an orderly way; a second Ctrl-C aborts it. All ports
are on 127.0.0.1, and nothing is left afterwards but the logs, whose place is printed.

Examples:
  scripts/run-cluster.sh
  scripts/run-cluster.sh --duration 90s --rounds 10 --task-managers 3
HELP
    exit 0
  fi
done

build_local
build_jar
run_java 1g io.clickstream.local.run.ClusterRun "$@"

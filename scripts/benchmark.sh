#!/usr/bin/env bash
# Measures the job against others that compute the same: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/benchmark.sh [OPTION...]

Measures how many clicks per second the job processes on this machine, compared with other programs
that compute the same results. Each program runs three times, in turns, in its own JVM with 3 GB of
heap and exactly-once checkpoints. The median counts, and only if the results are correct.

  limit          from memory: decode, shuffle by user, discard: the upper limit
  consume        from Kafka: decode, discard
  ours           the job's pipeline
  textbook       Flink's session and tumbling windows, written as good documentation would
  sql            Flink SQL, tuned
  kafka-streams  Kafka Streams, from Kafka only

  --quick             fewer clicks, and only the workload lab: takes less than 5 minutes
  --workload NAME     lab (1 s gap, 20,000 open sessions), shop (30 min gap, 1,000,000 open sessions)
                      or skew (1 % of the users make half of the clicks) (default: all three)
  --backend NAME      rocksdb or heap (default: rocksdb)
  --input NAME        memory or kafka (default: both)
  --parallelism N     subtasks, partitions and threads (default: 1)
  --peers NAME,...    only these programs (default: all)
  --json FILE         write one JSON object per program, workload and input
  --svg FILE          draw a bar chart
  -h, --help          show this help and exit

Other measurements, each without any other option:
  --operator          the session operator alone, in one thread: its cost per click by the number of
                      open sessions, how long a checkpoint blocks it, and ten million open sessions in
                      3 GB of heap; takes about 3 minutes
  --open-sessions     the cost of a click in the whole job outside checkpoints, by the number of open
                      sessions; takes about seven minutes
  --registry          the decoder of clicks with a registered schema, compared with the deserializer
                      of Glue's own serde, in one thread; takes about a minute
  --archive           the whole job from Kafka with and without an archive on the local disk, in one
                      process; takes about seven minutes

A full run takes more than an hour, and needs 7 GB of memory and 14 GB of disk in the folder for
temporary files (TMPDIR). It exits with 1 if a program failed or its results were wrong.

Examples:
  scripts/benchmark.sh --quick
  scripts/benchmark.sh --workload shop --input memory --peers limit,ours
  scripts/benchmark.sh --json results.jsonl --svg results.svg
HELP
    exit 0
  fi
done

alone=
for argument in "$@"; do
  if [[ $argument == --operator || $argument == --open-sessions || $argument == --registry || $argument == --archive ]]; then
    [[ $# -eq 1 ]] || fail "$argument can't be combined with other options"
    alone=$argument
  fi
done

build_local
heap=3g
[[ $alone != --registry ]] || heap=1536m
# What measures in this JVM gets all of its heap from the system first.
[[ -z $alone || $alone == --open-sessions ]] || java_options=(-XX:+AlwaysPreTouch "-Xms$heap")
case $alone in
  --operator) run_local "$heap" io.clickstream.bench.OperatorBenchmark ;;
  --open-sessions) run_local 4g io.clickstream.bench.OpenSessionsBenchmark ;;
  --registry) run_local "$heap" io.clickstream.bench.RegistryBenchmark ;;
  --archive) run_local "$heap" io.clickstream.bench.ArchiveBenchmark ;;
  *) run_local 2g io.clickstream.bench.Benchmark "$@" ;;
esac

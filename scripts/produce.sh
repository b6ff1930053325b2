#!/usr/bin/env bash
# Sends clicks to Kafka, to Kinesis or into files: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/produce.sh --to kafka|kinesis|files [OPTION...]

Sends the clicks of a simulated shop at a steady rate, and reports in the end how they fared: which
partitions or shards were hit, how evenly keys spread, and how many shards of Kinesis would do.
Exits with 0 only if all records were acknowledged.

  --to TARGET         kafka, kinesis or files
  --count N           how many records are sent, whatever they are; until Ctrl-C without it and
                      --duration
  --duration TIME     how long records are sent, such as 90s, 2m or 1h
  --rate N            records per second (100); see below for files
  --users N           users to draw from (10000, or more where the rate takes more)
  --format FORMAT     json, or avro with the preset lab (json)
  --preset NAME       what records look like: lab, interactions, web-access or ticker (lab)
  --keys user|N       the partition key: the user, or 1 to N in turn (user)
  --seed N            another seed gives other visits (1)
  --verbose           a line for each acknowledged record: its number, key, partition and offset,
                      or shard and sequence number

Kafka; the topic must be there:
  --bootstrap-servers HOST:PORT,...
  --topic NAME
  --kafka KEY=VALUE   a setting of Kafka's client, such as of a login; any number of times
  --kafka-file FILE   such settings in a properties file, out of sight of other users

Kinesis; the stream must be there, and credentials are found as all AWS tools find them:
  --stream NAME
  --region NAME       (as the environment or profile says)
  --endpoint URL      another address than the region's; http is for local servers

Files, one JSON record per line:
  --output FILE|DIR   a new file, packed if it ends with .gz; or a new or empty folder with a slash
                      at its end, which gets files of a million lines
  --start TIME        event time of the first record, such as 2026-11-20T06:00:00Z or ms since 1970
                      (so that the last one is now)
  A file is written as fast as possible; --rate is the rate in event time then (1000). With --rate
  and without --start, records are written as the clock goes. The same options, --start among them,
  give the same bytes.

What else is among the clicks, in percent (0):
  --disorder TIME     one click in twenty is sent up to this long after its time, behind later ones;
                      must be below the job's out-of-orderness (0s)
  --duplicates %      of the good clicks: sent twice within 5 s, the same bytes with the same id. That
                      is globalseq in the preset lab, an additional eventId in others
  --malformed %       records in turn cut off, without user or time, with a user or time of a wrong
                      type, before 1970, or in the year 3000
  --bots %            clicks of crawlers, 20 per second and crawler. All records get a user_agent:
                      browsers for people, and for bots names with bot in them, such as Googlebot
  --late %            clicks an hour older than the run, from 30 s after its begin on. The job must run
                      from the beginning and keep up, with out-of-orderness and session gap below
                      an hour and an idle timeout of at most 15 s. A replay of files takes them as
                      it takes others

What a correct job must make of it, with a filter for duplicates where --duplicates is given, and one
for bots where --bots is:
  --expected DIR      a new or empty folder for departments.jsonl, sessions.jsonl, checkouts.jsonl
                      (sorted lines) and dead-letters.json (how many per reason)
  --session-gap TIME  of the job (1s)
  --window TIME       of the job (10s)
  -h, --help          show this and end

Up to 50 ms are made up for at once. After a longer stall, records go at twice the rate until the
schedule is met again. What is more than 2 s behind is left out: the schedule goes on from now, and the
report says how much is missing. Ctrl-C ends a run with its report; a second one aborts it.

Examples:
  scripts/produce.sh --to kafka --bootstrap-servers localhost:9092 --topic ExampleTopic --rate 500
  scripts/produce.sh --to kafka --bootstrap-servers b-1.example:9096 --topic clicks --format avro \
    --kafka-file scram.properties --duration 10m
  scripts/produce.sh --to kinesis --stream tickers --region eu-central-1 --preset ticker --keys 4 \
    --count 50 --rate 10 --verbose
  AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x scripts/produce.sh --to kinesis --stream clicks \
    --region us-east-1 --endpoint http://127.0.0.1:4567 --duration 1m
  scripts/produce.sh --to files --output clicks.jsonl.gz --count 1000000 \
    --start 2026-11-19T06:00:00Z --disorder 5s --malformed 1 --expected expected
  scripts/replay.sh --input clicks.jsonl.gz --output results
  diff <(cat results/Departments_Agg/* | LC_ALL=C sort) expected/departments.jsonl
HELP
    exit 0
  fi
done

build_local
run_java 384m io.clickstream.local.produce.Produce "$@"

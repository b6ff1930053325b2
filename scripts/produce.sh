#!/usr/bin/env bash
# Sends clicks to Kafka, to Kinesis or into files: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/produce.sh --to kafka|kinesis|files [OPTION...]

Sends the clicks of a simulated shop at a steady rate. At the end, it reports how the records were
distributed: which partitions or shards received them, how even the keys are, and how many Kinesis
shards they need. It exits with 0 only if all records were acknowledged.

  --to TARGET         kafka, kinesis or files
  --count N           total number of records of all kinds (default: until --duration or Ctrl-C)
  --duration TIME     how long to send records, such as 90s, 2m or 1h
  --rate N            records per second (default: 100); see below for files
  --users N           number of simulated users (default: 10000, or more if the rate needs more)
  --format FORMAT     json, or avro with the preset lab (default: json)
  --preset NAME       shape of the records: lab, interactions, web-access or ticker (default: lab)
  --keys user|N       the partition key: the user, or 1 to N in turn (default: user)
  --seed N            seed for the simulated visits (default: 1)
  --verbose           print a line for each acknowledged record: its number, key, partition and
                      offset, or shard and sequence number

Kafka (the topic must exist):
  --bootstrap-servers HOST:PORT,...
                      the brokers
  --topic NAME        the topic
  --kafka KEY=VALUE   a setting of the Kafka client, for example for a login; can be repeated
  --kafka-file FILE   a properties file with such settings, so that other users cannot see them

Kinesis (the stream must exist; credentials are found as in all AWS tools):
  --stream NAME       the stream
  --region NAME       the Region (default: from the environment or profile)
  --endpoint URL      an endpoint other than the Region's; http is for local servers

Files, with one JSON record per line:
  --output FILE|DIR   a new file, compressed if its name ends with .gz; or, with a slash at the end, a
                      new or empty folder, which gets files of a million lines
  --start TIME        event time of the first record, such as 2026-11-20T06:00:00Z or ms since 1970
                      (default: such that the last record is now)
  Files are written as fast as possible, and --rate is the rate in event time (default: 1000). With
  --rate and without --start, records are written in real time instead. The same options, including
  --start, produce the same bytes.

Faulty or unusual records, as percentages (default: 0):
  --disorder TIME     send one click in twenty up to this long after its time, behind later clicks;
                      must be below the job's out-of-orderness (default: 0s)
  --duplicates %      of the good clicks: send them twice within 5 s, with the same bytes and id. The
                      id is globalseq in the preset lab, and an additional eventId in the others
  --malformed %       invalid records, in turn: truncated, without user or time, with a user or time
                      of a wrong type, before 1970, or in the year 3000
  --bots %            clicks by crawlers, 20 per second and crawler. All records get a user_agent:
                      browsers for people, and names that contain bot for crawlers, such as Googlebot
  --late %            clicks one hour old, from 30 s after the start. The job must run from the
                      beginning and keep up, with out-of-orderness and session gap below one hour and
                      an idle timeout of at most 15 s. A replay of files accepts these clicks

What a correct job produces, with a filter for duplicates if --duplicates is set, and for bots if
--bots is set:
  --expected DIR      a new or empty folder for departments.jsonl, sessions.jsonl, checkouts.jsonl
                      (sorted lines) and dead-letters.json (the number per reason)
  --session-gap TIME  session gap of the job (default: 1s)
  --window TIME       window of the job (default: 10s)
  -h, --help          show this help and exit

If records are up to 50 ms late, the script catches up at once. After a longer stall, it sends records
at twice the rate until it is on schedule again. It skips records that are more than 2 s late: the
schedule continues from now, and the report says how much is missing. Ctrl-C ends a run with its
report; a second Ctrl-C aborts it.

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

build_tools
run_tool 384m produce "$@"

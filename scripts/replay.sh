#!/usr/bin/env bash
# Runs the pipeline over files: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/replay.sh --input FILE|DIR|GLOB... --output DIR [OPTION...]

Runs the pipeline over files of JSON, CSV or the archive's Parquet, and writes the aggregates as JSON
lines: DIR/Departments_Agg, DIR/ClickEvents_UserId_Agg_Result,
DIR/User_Sessions_Aggregates_With_Order_Checkout, and DIR/dead-letters with the reasons. The order
of lines and the parallelism change nothing.

  --input FILE|DIR|GLOB...  files; folders are searched at any depth; also addresses of files or
                            folders such as s3://bucket/folder; names that begin with _ or . are
                            left out in folders. The first bytes of a file decide what it is: one
                            JSON record per line, an array of records, objects one behind the other
                            (Firehose), CSV with a header, or Parquet of the archive; in UTF-8 or
                            UTF-16, as it is or packed by gzip. A line says what was found
  --columns NAME,...        the columns of CSV files that have no header. A column is a field of the
                            record: --map user=/user_id takes the column user_id
  --output DIR              a new or empty folder
  --from TIME               only results whose last millisecond is at or after this time, such as
                            2022-06-14T05:00:00Z
  --to TIME                 only results whose last millisecond is before this time
  --file-system KEY=VALUE   a setting of Flink's file systems, such as s3.endpoint=https://...; any
                            number of times; credentials come from the environment
  --preset NAME             which fields are what: lab, interactions, web-access or ticker (as
                            configured, else lab)
  --map KEY=VALUE           a key of the group format, in place of the preset's; any number of times
  --set GROUP/KEY=VALUE     any other key of the configuration, such as duplicates/id=/event_id; any
                            number of times
  --session-gap TIME        such as 1s or 30m (as configured, else 1 s)
  --window TIME             such as 10s (as configured, else 10 s)
  --parallelism N           (all processors)
  --config FILE             the job's property groups; those of sources, and without --to-sinks
                            those of sinks, are not used
  --to-sinks                write the results of the range into the job's topics, streams and
                            indices, too; documents of the range that are no more are removed. Needs
                            --config, --from and --to. Dead letters stay in DIR
  --force                   with --to-sinks: remove more documents of an index than are written
  -h, --help                show this and end

Instead of all that, send to Amazon Personalize what an outage has left:

  scripts/replay.sh --undelivered --config FILE [--file-system KEY=VALUE...]

  --undelivered             what is in undelivered/ below the job's spill-path is sent, within the
                            job's rate and in its order; a file is renamed when all of it is taken
  --config FILE             the job's property groups
  --file-system KEY=VALUE   as above, for a spill-path such as s3://bucket/folder

It ends with the reasons of dead letters, their counts and an example of each. It exits with 1 if a
file can't be read to its end, which is named (the others are read), or if none of the records was a
click.

Clicks are sorted on disk, in the folder for temporary files (TMPDIR): it takes about 100 bytes a
click. Memory stays below 4 GB whatever the input.

Examples:
  scripts/replay.sh --input clicks.jsonl.gz --output results
  scripts/replay.sh --input archive/2026-11-19 --output results --session-gap 30m
  scripts/replay.sh --input 'archive/*/part-*.jsonl' --output results --parallelism 4
  scripts/replay.sh --input s3://bucket/clicks --output results \
    --from 2026-11-19T05:00:00Z --to 2026-11-19T06:00:00Z
  scripts/replay.sh --input UserBehavior.csv --output results --session-gap 30m \
    --columns user_id,item_id,category_id,behavior,timestamp \
    --map user=/user_id --map time=/timestamp --map time-format=epoch-s \
    --map department=/category_id --map event-type=/behavior \
    --map event-types=pv=product_detail,cart=add_to_cart,buy=order_checkout
  scripts/replay.sh --input shop.jsonl.gz --output results --session-gap 30m \
    --map user=/user_id --map time=/event_time --map "time-format=yyyy-MM-dd HH:mm:ss 'UTC'" \
    --map department=/category_code --map department-cut=. \
    --map event-types=view=product_detail,cart=add_to_cart,purchase=order_checkout
HELP
    exit 0
  fi
done

build_local
undelivered=no rest=()
for argument in "$@"; do
  if [[ $argument == --undelivered ]]; then
    undelivered=yes
  else
    rest+=("$argument")
  fi
done
if [[ $undelivered == yes ]]; then
  run_java 512m io.clickstream.local.replay.SendUndelivered "${rest[@]}"
fi
run_java 2g io.clickstream.local.replay.Replay "$@"

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
DIR/User_Sessions_Aggregates_With_Order_Checkout, and DIR/dead-letters with the reasons. The results
depend neither on the order of the records nor on the parallelism.

  --input FILE|DIR|GLOB...  files, folders, or URIs such as s3://bucket/folder. Folders are searched
                            recursively, without names that begin with _ or . The first bytes of a
                            file determine its format: one JSON record per line, an array of
                            records, concatenated objects (Firehose), CSV with a header, or Parquet
                            of the archive; in UTF-8 or UTF-16, with or without gzip. The output
                            lists the formats that were found
  --columns NAME,...        the columns of CSV files that have no header. Each column is a field of
                            the record: --map user=/user_id uses the column user_id
  --output DIR              a new or empty folder for the results
  --from TIME               only results whose last millisecond is at or after this time, such as
                            2022-06-14T05:00:00Z
  --to TIME                 only results whose last millisecond is before this time
  --file-system KEY=VALUE   a setting of Flink's file systems, such as s3.endpoint=https://...; can
                            be repeated. Credentials come from the environment
  --preset NAME             names of the fields: lab, interactions, web-access or ticker (default:
                            as configured, or lab)
  --map KEY=VALUE           a key of the group format, which overrides the preset; can be repeated
  --set GROUP/KEY=VALUE     any other key of the configuration, such as duplicates/id=/event_id; can
                            be repeated
  --session-gap TIME        session gap, such as 1s or 30m (default: as configured, or 1s)
  --window TIME             window, such as 10s (default: as configured, or 10s)
  --parallelism N           parallelism (default: the number of processors)
  --config FILE             the job's property groups. Sources are ignored, and so are sinks without
                            --to-sinks
  --to-sinks                also write the results of the range to the job's topics, streams and
                            indices, and delete documents of the range that no longer exist. Needs
                            --config, --from and --to. Dead letters stay in DIR
  --force                   with --to-sinks: delete documents even if an index would lose more
                            documents than were written
  -h, --help                show this help and exit

To send to Amazon Personalize the interactions that an outage has left undelivered:

  scripts/replay.sh --undelivered --config FILE [--file-system KEY=VALUE...]

  --undelivered             send the files in undelivered/ below the job's spill-path, in order and
                            within the job's rate; each file is renamed when all of it is accepted
  --config FILE             the job's property groups
  --file-system KEY=VALUE   as above, for a spill-path such as s3://bucket/folder

At the end, the script prints the reasons of dead letters with their counts and an example of each. It
exits with 1 if a file cannot be read to its end, or if no record was a click. It names damaged files
and reads the others.

The script sorts clicks on disk, in the folder for temporary files (TMPDIR), and needs about 100 bytes
per click. Memory stays below 4 GB for any input.

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

build_tools
heap=2g
for argument in "$@"; do
  [[ $argument != --undelivered ]] || heap=512m
done
run_tool "$heap" replay "$@"

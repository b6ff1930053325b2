#!/usr/bin/env bash
# Runs the pipeline over files: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help_of_command "$@"
choose_flink "$@"

build_tools
heap=2g
for argument in "$@"; do
  [[ $argument != --undelivered ]] || heap=512m
done
share_classes
java_options+=("@$project/scripts/replay.jvm")
run_tool "$heap" replay "$@"

#!/usr/bin/env bash
# Runs the job on this machine: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help_of_command "$@"
choose_flink "$@"

need_memory 2500
for argument in "$@"; do
  if [[ $argument == kinesis || $argument == *=kinesis ]]; then
    # For the Kinesis-compatible server.
    need node npm
  fi
done
build_local
run_local 1536m io.clickstream.local.run.LocalRun "$@"

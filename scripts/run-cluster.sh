#!/usr/bin/env bash
# Runs the jar on a Flink cluster on this machine: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help_of_command "$@"
choose_flink "$@"

need_memory 3000
build_jar
build_local
run_local 1g io.clickstream.local.run.ClusterRun "$@"

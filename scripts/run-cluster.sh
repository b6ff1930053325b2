#!/usr/bin/env bash
# Runs the jar on a Flink cluster on this machine: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help_of_command "$@"
choose_flink "$@"

need_memory 3000
first=$(value_of --upgrade-from none "$@")
if [[ $first != none ]]; then
  [[ $first == 1.20 ]] || fail "--upgrade-from must be 1.20, not '$first'"
  first_built=$(choose_flink --flink "$first"; build_jar >&2; build_local >&2; echo "$built")
  java_options+=("-Dclickstream.upgrade.from=$first_built")
fi
build_jar
build_local
run_local 1g io.clickstream.local.run.ClusterRun "$@"

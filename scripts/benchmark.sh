#!/usr/bin/env bash
# Measures the job against others that compute the same: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help_of_command "$@"
choose_flink "$@"

heap=2g
for argument in "$@"; do
  case $argument in
    --open-sessions) heap=4g ;;
    # What measures in this JVM gets all of its heap from the system first.
    --operator | --archive) heap=3g java_options=(-XX:+AlwaysPreTouch -Xms3g) ;;
    --registry | --decode | --sinks*) heap=1536m java_options=(-XX:+AlwaysPreTouch -Xms1536m) ;;
  esac
done
other=$(value_of --compare-flink none "$@")
if [[ $other != none ]]; then
  need_flink --compare-flink "$other"
  other_class_path=$(choose_flink --flink "$other"; build_local >&2; own_jars; echo "$class_path")
  java_options+=("-Dclickstream.compare.classpath=$other_class_path")
fi
build_local
run_local "$heap" io.clickstream.bench.Benchmark "$@"

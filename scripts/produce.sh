#!/usr/bin/env bash
# Sends clicks to Kafka, to Kinesis or into files: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help_of_command "$@"

build_tools
run_tool 384m produce "$@"

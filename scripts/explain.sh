#!/usr/bin/env bash
# Proposes a mapping for events of any shape: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

help_of_command "$@"

build_tools
run_tool 2g explain "$@"

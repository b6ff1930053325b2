#!/usr/bin/env bash
# Deploys the job to Amazon Managed Service for Apache Flink: see --help. The commands are in the folder deploy.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_tool python3 "install Python 3.8 or later"
case " $* " in
  *" -h "* | *" --help "*) ;;
  *)
    need_tool aws "install the AWS CLI, version 2"
    need_tool unzip "install it"
    ;;
esac
# -B: no compiled files beside the sources.
exec python3 -B "$project/scripts/deploy" "$@"

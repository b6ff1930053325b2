#!/usr/bin/env bash
# Builds everything and runs all tests: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/verify.sh

Builds everything, with all static checks, and runs all tests: plain ones, Flink's harness, and those
against the embedded Kafka, OpenSearch, Kinesis and S3. As root on Debian or Ubuntu, it first installs
what is missing: a JDK, Maven, Node.js, npm, curl, unzip and python3. Takes about 30 minutes on 2 cores
after downloads, and 5 GB of memory. Tests against moto's servers, with the aws command or cfn-lint only
run where these are installed: python3 -m pip install 'moto[server]' awscli cfn-lint. It ends with the
tools that tests were skipped for, and how many tests. With CI=true, tests of scripts/deploy.sh are not
skipped but fail. The log of each test class is below target/.

  -h, --help   show this and end

Example:
  scripts/verify.sh
HELP
    exit 0
  fi
  fail "unknown option $argument (--help shows how it is used)"
done

# Node.js is for the Kinesis-compatible server of the tests, which they install by npm themselves.
need jdk mvn node npm curl unzip python3

cd "$project"
status=0
mvn -B -ntp clean verify || status=$?

# What a test could not run for, by the sentence that it gives as the reason.
reports=(target/surefire-reports/*.xml target/failsafe-reports/*.xml)
missing=$({ grep -hoE 'CDATA.*: there is no [^ ]+ on this machine' "${reports[@]}" 2>/dev/null || true; } |
  sed 's/.*there is no \([^ ]*\) on this machine/\1/' | sort | uniq -c |
  awk '{ printf "%s%s (%d)", n++ ? ", " : "", $2, $1 }')
if [[ -n $missing ]]; then
  echo "Tests that were skipped for want of a tool: $missing"
fi
exit "$status"

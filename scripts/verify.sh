#!/usr/bin/env bash
# Builds everything and runs all tests: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/verify.sh

Builds everything with all static checks, and runs all tests: unit tests, tests with Flink's test
harness, and tests against embedded Kafka, OpenSearch, Kinesis and S3. Then it builds everything for
Flink 1.20, and runs the tests of operators, serializers, upgrades, transactions, the jar and a cluster
again. As root on Debian or Ubuntu, it first installs what is missing: a JDK, Maven, Node.js, npm, curl,
unzip, python3 and Chromium. It takes about 55 minutes on 2 cores after downloads, and needs 5 GB of
memory.

Tests that need Chromium, moto's servers, the aws command or cfn-lint run only if these are installed:
python3 -m pip install 'moto[server]' awscli cfn-lint. At the end, the script lists the tools that are
missing, with the number of tests that were skipped for each. With CI=true, tests of scripts/deploy.sh
fail instead of being skipped. The log of each test class is below target/.

  -h, --help   show this help and exit

Example:
  scripts/verify.sh
HELP
    exit 0
  fi
  fail "unknown option $argument; see --help"
done

# Node.js is for the Kinesis-compatible server of the tests, which they install by npm themselves.
need jdk mvn node npm curl unzip python3

# Not every release has a browser as a package. Without one, the test of the page is skipped.
(need chromium chromedriver) || true

cd "$project"
status=0
mvn -B -ntp clean verify || status=$?

# The same sources for Flink 1.20: everything compiles, and the parts that meet Flink most closely are tested again.
# Those are the operators with state, the serializers, the sinks, savepoints of earlier releases, and the jar, also in
# a cluster of processes. With the jars of both versions there, a job moves from one to the other.
if ((status == 0)); then
  tests='*OperatorTest,SessionOracleTest,SerializersTest,OldSerializerTest,UidGoldenTest,ArchiveFileSinkTest'
  its='UpgradeITCase,ClusterUpgradeITCase,ClusterRunITCase,ExactlyOnceITCase,LostTransactionsITCase'
  its+=',SameDocumentsITCase,SinksBenchmarkITCase,JobJarITCase,JobJarLibrariesITCase'
  mvn -B -ntp -Pflink-1.20 verify -Dfaults.rounds=1 "-Dtest=$tests" "-Dit.test=$its" || status=$?
fi

# What a test could not run for, by the sentence that it gives as the reason.
reports=(target/surefire-reports/*.xml target/failsafe-reports/*.xml)
missing=$({ grep -hoE 'CDATA.*: there is no [^ ]+ on this machine' "${reports[@]}" 2>/dev/null || true; } |
  sed 's/.*there is no \([^ ]*\) on this machine/\1/' | sort | uniq -c |
  awk '{ printf "%s%s (%d)", n++ ? ", " : "", $2, $1 }')
if [[ -n $missing ]]; then
  echo "Tests skipped because a tool is missing: $missing"
fi
exit "$status"

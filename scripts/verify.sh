#!/usr/bin/env bash
# Builds everything and runs all tests: see --help.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    cat <<'HELP'
Usage: scripts/verify.sh

Builds everything, with all static checks, and runs all tests: plain ones, Flink's harness, and those
against the embedded Kafka, OpenSearch, Kinesis and S3. Installs a JDK 17, Maven and Node.js first
where they are missing and it runs as root on Debian or Ubuntu. Takes about 25 minutes on 2 cores
after downloads, and 5 GB of memory. Tests against moto's servers, with the aws command, python3 or
cfn-lint only run where these are installed. Ends with the number of tests; the log of each test class is below target/.

  -h, --help   show this and end

Example:
  scripts/verify.sh
HELP
    exit 0
  fi
  fail "unknown option $argument (--help shows how it is used)"
done

# A line every user of Debian knows, if nothing can be installed here.
install_packages() {
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1 ||
    fail "missing: $*; install a JDK 17 or later, Maven 3.8 or later and Node.js 18 or later with npm"
  echo "Installing $*"
  DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

packages=()
if [[ -z ${JAVA_HOME:-} ]] && ! command -v javac >/dev/null 2>&1; then
  packages+=(openjdk-17-jdk-headless)
fi
command -v mvn >/dev/null 2>&1 || packages+=(maven)
# For the Kinesis-compatible server of the tests, which they install by npm themselves.
command -v node >/dev/null 2>&1 || packages+=(nodejs)
command -v npm >/dev/null 2>&1 || packages+=(npm)
[[ ${#packages[@]} == 0 ]] || install_packages "${packages[@]}"
need_java

cd "$project"
exec mvn -B -ntp clean verify

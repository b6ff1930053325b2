# What the scripts share. To be sourced, after: set -euo pipefail

# The folder of the project, wherever a script is called from.
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# One line that says what to do, and exit code 2.
fail() {
  echo "$(basename "$0"): $*" >&2
  exit 2
}

# help_of_command ARGUMENT...   If an argument is -h or --help: prints the help of the script's Java command,
# and exits. The help is in a file, so that it needs neither Java nor a build. HelpTextsTest writes the file.
help_of_command() {
  local argument
  for argument in "$@"; do
    if [[ $argument == -h || $argument == --help ]]; then
      cat "$project/scripts/help/$(basename "$0" .sh).txt"
      exit 0
    fi
  done
}

# need_tool NAME WHAT-TO-DO
need_tool() {
  command -v "$1" >/dev/null 2>&1 || fail "$1 is missing: $2"
}

# The java to run, of JAVA_HOME if that is set.
find_java() {
  java=java
  if [[ -n ${JAVA_HOME:-} ]]; then
    java=$JAVA_HOME/bin/java
  fi
}

# The number in front of the first dot; nothing without a java.
java_version() {
  "$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1
}

has_jdk() {
  find_java
  command -v "${java}c" >/dev/null 2>&1 || return 1
  local version
  version=$(java_version)
  [[ ${version:-0} -ge 17 ]]
}

# The first of the packages with a JDK that this release of Debian or Ubuntu has.
jdk_package() {
  local package
  for package in openjdk-17-jdk-headless openjdk-21-jdk-headless; do
    [[ -z $(apt-cache search --names-only "^$package\$") ]] || break
  done
  echo "$package"
}

# need TOOL...   Sees to it that these tools are there: jdk (17 or later), mvn, node, npm or another
# one whose package has its name. Installs what is missing as root on Debian or Ubuntu.
need() {
  local tool names=() packages=()
  for tool in "$@"; do
    case $tool in
      jdk)
        has_jdk || { names+=("a JDK 17 or later"); packages+=(jdk); }
        ;;
      *)
        command -v "$tool" >/dev/null 2>&1 && continue
        case $tool in
          mvn) names+=("Maven 3.8 or later"); packages+=(maven) ;;
          node) names+=("Node.js 18 or later"); packages+=(nodejs) ;;
          chromedriver) names+=(chromedriver); packages+=(chromium-driver) ;;
          *) names+=("$tool"); packages+=("$tool") ;;
        esac
        ;;
    esac
  done
  if [[ ${#names[@]} -gt 0 ]]; then
    local list
    list=$(printf '%s, ' "${names[@]}")
    list=${list%, }
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null 2>&1; then
      fail "missing: $list; install it (as root on Debian or Ubuntu, this script installs it)"
    fi
    if [[ -n ${JAVA_HOME:-} && ${packages[0]} == jdk ]]; then
      fail "JAVA_HOME is $JAVA_HOME, which is not a JDK 17 or later: set it to one, or unset it"
    fi
    echo "Installing $list"
    local log
    log=$(mktemp)
    install_packages "${packages[@]}" >"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; fail "$list can't be installed, see $log"; }
    rm -f "$log"
  fi
  find_java
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update
  local package packages=()
  for package in "$@"; do
    [[ $package != jdk ]] || package=$(jdk_package)
    packages+=("$package")
  done
  apt-get -q install -y --no-install-recommends "${packages[@]}"
}

# Where the build is, below the folder of the project, and how Maven makes it. Each version of Flink has a build
# of its own, so that one does not replace the other.
built=target
maven_profile=()

# value_of OPTION DEFAULT ARGUMENT...   The value that the arguments give an option, or the default.
value_of() {
  local option=$1 value=$2 argument previous=''
  shift 2
  for argument in "$@"; do
    [[ $previous != "$option" ]] || value=$argument
    [[ $argument != "$option="* ]] || value=${argument#*=}
    previous=$argument
  done
  echo "$value"
}

# need_flink OPTION VERSION   Refuses a version that there is no build for.
need_flink() {
  [[ $2 == 2.2 || $2 == 1.20 ]] || fail "$1 must be 2.2 or 1.20, not '$2'"
}

# choose_flink ARGUMENT...   Takes the build for the version of Flink that the option --flink names.
choose_flink() {
  local version
  [[ ${*: -1} != --flink ]] || fail "--flink needs a version: 2.2 or 1.20"
  version=$(value_of --flink 2.2 "$@")
  need_flink --flink "$version"
  case $version in
    2.2) built=target maven_profile=() ;;
    1.20) built=target/flink-1.20 maven_profile=(-Pflink-1.20) ;;
  esac
}

# build WHAT JAR-PATTERN "SOURCE..." MAVEN-OPTION...   Builds a jar with Maven, if there is none or if one
# of its sources is newer. "jar" is its path.
build() {
  local what=$1 pattern=$project/$built/$2 sources found log=$project/$built/build.log
  read -ra sources <<<"pom.xml $3"
  shift 3
  need jdk mvn
  found=($pattern)
  if [[ ! -f ${found[0]} || -n $(cd "$project" && find "${sources[@]}" -newer "${found[0]}" -print -quit) ]]; then
    echo "Building $what (the first time, this downloads libraries)"
    mkdir -p "$project/$built"
    # The bash of macOS takes an empty array for an unset variable.
    (cd "$project" && mvn -q -B ${maven_profile[@]+"${maven_profile[@]}"} package -Dmaven.test.skip=true "$@") >"$log" 2>&1 ||
      { tail -n 20 "$log" >&2; fail "the build failed, see $log"; }
    found=($pattern)
  fi
  jar=${found[0]}
}

# need_memory MIB   Without it, the system would kill a part of the run somewhere in the middle.
need_memory() {
  local free limit used group=/sys/fs/cgroup
  [[ -r /proc/meminfo ]] || return 0
  free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
  # A container may have less. The system takes back its cache of files.
  limit=$(cat "$group/memory.max" 2>/dev/null || true)
  if [[ $limit =~ ^[0-9]+$ ]]; then
    used=$(($(cat "$group/memory.current") - $(awk '$1 == "inactive_file" { print $2 }' "$group/memory.stat")))
    ((free <= (limit - used) / 1048576)) || free=$(((limit - used) / 1048576))
  fi
  ((free >= $1)) || fail "the run needs $1 MiB of free memory, and there are only $free: end other programs"
}

# The jar that is uploaded.
build_jar() {
  build "the job's jar" 'clickstream-analytics-*.jar' src/main -pl src/main
}

# The jar with the tools that need nothing but Java.
build_tools() {
  build "the tools" 'clickstream-tools-*.jar' "src/main src/tools" -pl src/tools -am
}

# The classes of the local run and the benchmark, which run from the folders of the build.
build_local() {
  build "the local run" 'bench/clickstream-bench-*.jar' \
    "src/main src/tools src/servers src/local src/bench" -pl src/servers,src/bench -am -Dshade.skip=true
}

# For the JVM that run_java starts.
java_options=()

# share_classes   After build_tools: makes the JVM read Flink's classes from an archive of class data, which
# starts a replay about a second earlier. The first replay after a build writes the archive; without one, or with
# one of another JVM, a replay only starts later.
share_classes() {
  local archive=${jar%.jar}.jsa folder log=$project/$built/classes.log
  local options=(-Xlog:cds=off -Xlog:cds+dynamic=off -Xlog:class+path=off)
  if [[ ! -f $archive || $jar -nt $archive ]]; then
    folder=$(mktemp -d) || return 0
    echo '{"userid":1,"eventtimestamp":1655183298630,"event_type":"order_checkout","product_type":"AirPods"}' \
      >"$folder/click.jsonl"
    if "$java" -Xmx512m -XX:+UseParallelGC "-Djava.io.tmpdir=$folder" "${options[@]}" \
      "-XX:ArchiveClassesAtExit=$folder/tools.jsa" -jar "$jar" replay --input "$folder/click.jsonl" \
      --output "$folder/output" >"$log" 2>&1 && [[ -f $folder/tools.jsa ]]; then
      mv -f "$folder/tools.jsa" "$archive" || true
    fi
    rm -rf "$folder"
  fi
  [[ ! -f $archive ]] || java_options+=("-XX:SharedArchiveFile=$archive" "${options[@]}")
}

# run_java HEAP JAVA-ARGUMENT...   Replaces the script, so that signals reach the JVM.
run_java() {
  local heap=$1 columns=()
  shift
  if [[ -t 1 ]]; then
    columns=("-Dclickstream.columns=$(tput cols 2>/dev/null || echo 80)")
  fi
  # The bash of macOS takes an empty array for an unset variable.
  exec "$java" "-Xmx$heap" "-Djava.io.tmpdir=${TMPDIR:-/tmp}" -XX:+UseParallelGC \
    "-Dclickstream.project=$project" "-Dclickstream.build=$built" ${columns[@]+"${columns[@]}"} ${java_options[@]+"${java_options[@]}"} "$@"
}

# own_jars   The class path of the local run, with copies of the project's own jars: another script may build
# them again while this one runs, and Maven writes into the same files. Copies of runs that have ended go.
own_jars() {
  local folder entry copies=$project/$built/runs/$$ path=() entries
  for folder in "$project/$built"/runs/*/; do
    kill -0 "$(basename "$folder")" 2>/dev/null || rm -rf "$folder"
  done
  mkdir -p "$copies"
  IFS=: read -ra entries <<<"$jar:$(<"$project/$built/local.classpath")"
  for entry in "${entries[@]}"; do
    if [[ $entry == *.jar && $(basename "$entry") == clickstream-* ]]; then
      cp "$entry" "$copies/"
      entry=$copies/$(basename "$entry")
    fi
    path+=("$entry")
  done
  local IFS=:
  class_path="${path[*]}"
}

# run_local HEAP MAIN-CLASS ARGUMENT...   After build_local.
run_local() {
  local heap=$1 class_path
  shift
  own_jars
  run_java "$heap" -cp "$class_path" "$@"
}

# run_tool HEAP COMMAND ARGUMENT...   After build_tools.
run_tool() {
  local heap=$1
  shift
  run_java "$heap" -jar "$jar" "$@"
}

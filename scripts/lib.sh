# What the scripts share. To be sourced, after: set -euo pipefail
# The folder of the project, wherever a script is called from.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# One line that says what to do, and exit code 2.
fail() {
  echo "$(basename "$0"): $*" >&2
  exit 2
}

# need_tool NAME WHAT-TO-DO
need_tool() {
  command -v "$1" >/dev/null 2>&1 || fail "$1 is missing: $2"
}

# The java to run: of JAVA_HOME if that is set, 17 or later.
need_java() {
  java=java
  if [[ -n ${JAVA_HOME:-} ]]; then
    java=$JAVA_HOME/bin/java
  fi
  command -v "$java" >/dev/null 2>&1 ||
    fail "java is missing: install a JDK 17 or later, or set JAVA_HOME to one"
  local version
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  [[ ${version:-0} -ge 17 ]] ||
    fail "java is version ${version:-unknown}: install a JDK 17 or later, or set JAVA_HOME to one"
}

# Builds what the local runs need, if a source is newer than the last build.
build_local() {
  need_java
  need_tool mvn "install Maven 3.8 or later"
  local stamp=$project/target/local-build.stamp
  if [[ -f $stamp && -d $project/target/test-classes && -f $project/target/local.classpath ]] &&
    [[ -z $(find "$project/pom.xml" "$project/src" -newer "$stamp" -print -quit) ]]; then
    return
  fi
  echo "Building (the first time this downloads libraries)"
  mkdir -p "$project/target"
  local log=$project/target/local-build.log started=$project/target/local-build.started
  touch "$started"
  (cd "$project" && mvn -q -B test-compile) >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail "the build failed, see $log"; }
  mv "$started" "$stamp"
}

# For the JVM that run_java starts.
java_options=()

# run_java HEAP MAIN-CLASS ARGUMENT...   Replaces the script, so that signals reach the JVM.
run_java() {
  local heap=$1 main=$2 columns=()
  shift 2
  if [[ -t 1 ]]; then
    columns=("-Dclickstream.columns=$(tput cols 2>/dev/null || echo 80)")
  fi
  exec "$java" "-Xmx$heap" "-Djava.io.tmpdir=${TMPDIR:-/tmp}" -XX:+UseParallelGC \
    "${java_options[@]}" \
    "-Dopensearch.node.classpath.file=$project/target/opensearch-node.classpath" \
    "-Dopensearch.node.classes=$project/target/test-classes" \
    "-Dclickstream.project=$project" \
    "${columns[@]}" \
    -cp "$project/target/classes:$project/target/test-classes:$(<"$project/target/local.classpath")" \
    "$main" "$@"
}

# Makes the jar that is uploaded, if a source is newer than it; "jar" is its path.
build_jar() {
  need_java
  local found=("$project"/target/clickstream-analytics-*.jar) log=$project/target/jar-build.log
  if [[ ! -f ${found[0]} || -n $(find "$project/pom.xml" "$project/src/main" -newer "${found[0]}" -print -quit) ]]; then
    need_tool mvn "install Maven 3.8 or later"
    echo "Making the jar"
    mkdir -p "$project/target"
    (cd "$project" && mvn -q -B package -Dmaven.test.skip=true) >"$log" 2>&1 ||
      { tail -n 20 "$log" >&2; fail "the jar can't be made, see $log"; }
    found=("$project"/target/clickstream-analytics-*.jar)
  fi
  jar=${found[0]}
}

#!/usr/bin/env bash
# Builds the storm (e2e/README.md) if the sources are newer than its build, sets up what it needs, and runs it.
# usage: ./trainyard storm [--seed N] [--minutes M] [--plan]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=setup/messages.sh
source "$root/setup/messages.sh"

readonly CLASS_PATH=$root/e2e/target/lib
# A file as old as the start of the last build.
readonly BUILT=$root/e2e/target/lib.built
readonly BUILD_LOG=$root/target/storm-build.log

main() {
    JAVA_HOME=$("$root/setup/jdk.sh")
    export JAVA_HOME
    is_current || build
    if [[ " $* " != *" --help "* && " $* " != *" -h "* && " $* " != *" --plan "* ]]; then
        "$root/setup/docker.sh"
        "$root/setup/base-image.sh" debian:bookworm-slim
        "$root/setup/base-image.sh" busybox:latest
    fi
    # The same settings as in the tests: no watchdog container, and the engine's ports are on this machine.
    export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost
    cd "$root/e2e"
    exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 \
        -Dlogback.configurationFile=logback-storm.xml \
        --sun-misc-unsafe-memory-access=allow -cp "target/test-classes:$CLASS_PATH/*" dev.trainyard.e2e.Storm "$@"
}

is_current() {
    [[ -e $BUILT ]] || return
    local newer
    newer=$(find "$root"/pom.xml "$root"/*/pom.xml "$root"/*/src/main "$root"/e2e/src -cnewer "$BUILT" -print -quit)
    [[ -z $newer ]]
}

build() {
    "$root/setup/maven.sh"
    say "Building the storm (first time: one to two minutes)…"
    mkdir -p "${BUILD_LOG%/*}" "${BUILT%/*}"
    touch "$BUILT.started"
    # Otherwise jars that are no longer used would stay on the class path.
    rm -rf "$BUILT" "$CLASS_PATH"
    if ! mvn -B -f "$root/pom.xml" -pl e2e -am -Dmaven.test.skip package >"$BUILD_LOG" 2>&1 </dev/null; then
        grep '^\[ERROR\]' "$BUILD_LOG" | head -n 20 >&2
        die "the build failed" "Its complete output: $BUILD_LOG"
    fi
    mv "$BUILT.started" "$BUILT"
}

main "$@"

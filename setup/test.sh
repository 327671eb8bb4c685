#!/usr/bin/env bash
# All checks and tests of Trainyard, with the set-up that they need: JDK, Maven, a Docker engine and the images that tests
# start containers from. Works on a bare machine. usage: ./trainyard test [MAVEN_OPTION...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=setup/messages.sh
source "$root/setup/messages.sh"

main() {
    JAVA_HOME=$("$root/setup/jdk.sh")
    export JAVA_HOME
    "$root/setup/maven.sh"
    "$root/setup/docker.sh"
    "$root/setup/base-image.sh" debian:bookworm-slim
    "$root/setup/base-image.sh" busybox:latest

    log=$root/target/test.log
    mkdir -p "${log%/*}"
    local outcome=passed
    mvn -B -f "$root/pom.xml" verify "$@" 2>&1 </dev/null | tee "$log" || outcome=FAILED
    summary "$outcome"
    [[ $outcome == passed ]]
}

summary() {
    local release
    release=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release")
    printf '\n'
    # Each module ends its tests with a line of totals; those of single classes name the class and its time.
    awk -v outcome="$1" -v seconds="$SECONDS" -v jdk="$release" -v docker="$(docker version -f '{{.Server.Version}}')" -v log="$log" '
        match($0, /Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+$/) {
            split(substr($0, RSTART), part, /[:,] */)
            run += part[2]; failed += part[4] + part[6]; skipped += part[8]
        }
        END {
            printf "trainyard: %s: %d tests, %d failed, %d skipped, in %d min %d s\n",
                outcome, run, failed, skipped, seconds / 60, seconds % 60
            printf "trainyard: JDK %s, Docker engine %s, complete output in %s\n", jdk, docker, log
        }' "$log"
}

main "$@"

#!/usr/bin/env bash
# Runs all checks and tests of Trainyard. First sets up what they need: JDK, Maven, a Docker engine, Docker Compose, spin and the
# images that tests start containers from. Works on a bare machine. usage: ./trainyard test [--all] [MAVEN_OPTION...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=setup/messages.sh
source "$root/setup/messages.sh"

main() {
    local options=("$@") left="the slow tests were left out: ./trainyard test --all runs them too"
    if [[ ${1:-} == --all ]]; then
        options=(-DexcludedGroups= "${@:2}")
        left=
    fi
    JAVA_HOME=$("$root/setup/jdk.sh")
    export JAVA_HOME
    "$root/setup/maven.sh"
    "$root/setup/docker.sh"
    "$root/setup/compose.sh"
    "$root/setup/spin.sh"
    "$root/setup/base-image.sh" debian:bookworm-slim
    "$root/setup/base-image.sh" busybox:latest

    log=$root/target/test.log
    mkdir -p "${log%/*}"
    # Two modules at a time, if neither needs the other: most tests spend their time waiting.
    local outcome=passed
    mvn -B -T 2 -f "$root/pom.xml" verify "${options[@]}" 2>&1 </dev/null | tee "$log" || outcome=FAILED
    summary "$outcome"
    [[ -z $left ]] || printf 'trainyard: %s\n' "$left"
    [[ $outcome == passed ]]
}

summary() {
    # Each module ends its tests with a line of totals. The lines of single classes have more text after the counts.
    awk -v outcome="$1" -v seconds="$SECONDS" '
        match($0, /Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+$/) {
            split(substr($0, RSTART), part, /[:,] */)
            run += part[2]; failed += part[4] + part[6]; skipped += part[8]
        }
        END {
            printf "\ntrainyard: %s: %d tests, %d failed, %d skipped, in %d min %d s\n",
                outcome, run, failed, skipped, seconds / 60, seconds % 60
        }' "$log"
    printf 'trainyard: with JDK %s and Docker engine %s; complete output: %s\n' \
        "$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release")" \
        "$(docker version --format '{{.Server.Version}}')" "$log"
}

main "$@"

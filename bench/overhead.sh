#!/usr/bin/env bash
# Measures the time that Trainyard adds to a container that does nothing. Runs `true` again and again, in turn with
# `docker run --rm`, over REST (publishes the request and follows its log to the end), and with `trainyard submit`. Needs
# curl, the image (it is not pulled), and a running `./trainyard up` without other jobs.
#
# usage: bench/overhead.sh [ROUNDS] [IMAGE]      defaults: 20 debian:bookworm-slim
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-20}
image=${2:-debian:bookworm-slim}
rest=$(./trainyard info --json | sed -n 's/.*"rest" *: *"\([^"]*\)".*/\1/p')
compose=$(mktemp -d)
trap 'rm -rf "$compose"' EXIT
printf 'services:\n  overhead:\n    image: %s\n    command: ["true"]\n' "$image" >"$compose/docker-compose.yml"

by_docker() {
    docker run --rm "$image" true
}

by_rest() {
    local id
    id=$(cat /proc/sys/kernel/random/uuid)
    # A UUID of version 7, like other job ids: the version is the first digit of the third group.
    id=${id:0:14}7${id:15}
    curl -sfS -o /dev/null -X POST -H 'Content-Type: application/json' "$rest/api/v1/jobs" -d "{
        \"schema\": \"trainyard.request/v1\", \"kind\": \"submit\", \"jobId\": \"$id\", \"name\": \"overhead\",
        \"image\": {\"reference\": \"$image\"}, \"run\": {\"command\": [\"true\"]}}"
    curl -sfSN -o /dev/null "$rest/api/v1/jobs/$id/log?follow=true"
}

by_command_line() {
    ./trainyard submit "$compose/docker-compose.yml" >/dev/null 2>&1
}

# seconds COMMAND: appends how long the command takes to a file with its name.
seconds() {
    local begun=$EPOCHREALTIME
    "$1"
    awk -v begun="$begun" -v ended="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", ended - begun }' >>"$compose/$1"
}

for ((round = 1; round <= rounds; round++)); do
    for way in by_docker by_rest by_command_line; do
        seconds "$way"
    done
done

for way in by_docker by_rest by_command_line; do
    sort -n "$compose/$way" | awk -v way="$way" '{ took[NR] = $1 }
        END { printf "%-16s median %.3f s  fastest %.3f s  slowest %.3f s\n", way, took[int((NR + 1) / 2)], took[1], took[NR] }'
done

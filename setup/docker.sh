#!/usr/bin/env bash
# Makes sure that a Docker engine answers and that a Docker client is installed. Does not change an engine that answers.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=setup/messages.sh
source "$here/messages.sh"
# shellcheck source=setup/apt.sh
source "$here/apt.sh"

readonly SOCKET=/var/run/docker.sock
readonly PID_FILE=/var/run/docker.pid
readonly CONTAINERD_PID_FILE=/var/run/docker/containerd/containerd.pid
readonly CONTAINERD_SOCKET=/run/containerd/containerd.sock
readonly LOG=/var/log/dockerd.log
readonly SECONDS_TO_START=60

main() {
    engine_answers && return
    # Two launches at once must not start two engines; the script itself is the lock file.
    exec 9<"${BASH_SOURCE[0]}"
    flock 9
    engine_answers && return

    [[ -z ${DOCKER_HOST:-} ]] || die "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST" \
        "Docker's own words: $(words_of_docker)" \
        "Start that engine, or unset DOCKER_HOST to use this machine's."
    if [[ $EUID -ne 0 && -S $SOCKET && ! -w $SOCKET ]]; then
        die "the user $(id -un) may not use the Docker engine at $SOCKET" \
            "sudo usermod -aG docker $(id -un)      then log in again"
    fi
    can_install_packages || die "no Docker engine answers on this machine" \
        "Docker's own words: $(words_of_docker)" \
        "Where it is installed:  sudo systemctl start docker" \
        "Debian, Ubuntu:         sudo apt-get install docker.io iptables && sudo usermod -aG docker $(id -un)"
    say "no Docker engine answers: setting one up on this machine"
    install_what_is_missing
    # The installation of the package may have started the engine.
    engine_answers && return
    start_engine
    wait_until_it_answers
}

engine_answers() {
    docker version >/dev/null 2>&1
}

words_of_docker() {
    if command -v docker >/dev/null; then
        docker version 2>&1 >/dev/null | tail -n 1
    else
        echo "there is no docker command"
    fi
}

install_what_is_missing() {
    local -A missing=()
    if ! command -v docker >/dev/null; then
        # Newer distributions have a separate package for the client; on older ones the engine's package contains it.
        if package_exists docker-cli; then missing[docker-cli]=1; else missing[docker.io]=1; fi
        # If this container mounts the socket of an engine elsewhere, only the client may be missing.
        [[ -S $SOCKET ]] || missing[docker.io]=1
    elif ! command -v dockerd >/dev/null; then
        missing[docker.io]=1
    fi
    command -v iptables >/dev/null || missing[iptables]=1
    # If the kernel has AppArmor and the tools are missing, the engine would start but refuse to start containers.
    if grep -qs Y /sys/module/apparmor/parameters/enabled && ! command -v apparmor_parser >/dev/null; then
        missing[apparmor]=1
    fi
    ((${#missing[@]} == 0)) || install_packages "${!missing[@]}"
}

start_engine() {
    if [[ -d /run/systemd/system ]]; then
        say "starting it: systemctl start docker"
        systemctl start docker 9<&- || die "systemd could not start the Docker engine" "journalctl -u docker"
        return
    fi
    if runs dockerd "$PID_FILE"; then
        say "it is about to start already"
        return
    fi
    # These files stay if the machine or container stopped. dockerd would mistake any process with such a number, even a zombie,
    # for itself or its containerd, and would not start.
    rm -f "$PID_FILE"
    runs containerd "$CONTAINERD_PID_FILE" || rm -f "$CONTAINERD_PID_FILE"
    remove_socket_of_nobody
    say "starting it: dockerd, log in $LOG"
    setsid dockerd >>"$LOG" 2>&1 </dev/null 9<&- &
    started=$!
}

# Where anything has this name, dockerd takes it for the socket of a containerd and starts none of its own. It then waits a minute
# for an answer and ends. What is left over may be the socket of a containerd that has ended, or an empty folder, which an engine
# creates where a container mounts a socket that is missing.
remove_socket_of_nobody() {
    [[ -e $CONTAINERD_SOCKET || -L $CONTAINERD_SOCKET ]] || return 0
    ! ctr --address "$CONTAINERD_SOCKET" --connect-timeout 5s --timeout 10s version >/dev/null 2>&1 || return 0
    if [[ -S $CONTAINERD_SOCKET ]]; then
        rm -f "$CONTAINERD_SOCKET"
    elif [[ -d $CONTAINERD_SOCKET ]]; then
        rmdir "$CONTAINERD_SOCKET" 2>/dev/null || true
    fi
    [[ ! -e $CONTAINERD_SOCKET && ! -L $CONTAINERD_SOCKET ]] || die "$CONTAINERD_SOCKET is not the socket of a containerd" \
        "The Docker engine would wait for it and end. See what it is, then:  sudo rm -r $CONTAINERD_SOCKET"
}

# runs PROGRAM PID_FILE: true if the process runs. A zombie still has its name, but no executable.
runs() {
    local pid
    pid=$(cat "$2" 2>/dev/null) && [[ $(readlink "/proc/$pid/exe") == */"$1" ]]
}

wait_until_it_answers() {
    local deadline=$((SECONDS + SECONDS_TO_START))
    while ((SECONDS < deadline)); do
        engine_answers && return
        [[ -z ${started:-} ]] || kill -0 "$started" 2>/dev/null || break
        sleep 0.1
    done
    [[ ! -r $LOG ]] || tail -n 5 "$LOG" >&2
    die "the Docker engine does not answer" "Its log: $LOG, or journalctl -u docker" \
        "In a container, it needs one that runs with --privileged, or the host's $SOCKET mounted."
}

main

#!/usr/bin/env bash
# Makes sure that Docker Compose is installed, v1 or v2: tests compare its containers with Trainyard's. Needed for tests only.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=setup/messages.sh
source "$here/messages.sh"
# shellcheck source=setup/apt.sh
source "$here/apt.sh"

main() {
    present && return
    exec 9<"${BASH_SOURCE[0]}"
    flock 9
    present && return
    can_install_packages || die "the tests need Docker Compose, and there is neither docker-compose nor docker compose" \
        "Install one of them, then run the same command again:" \
        "  sudo apt-get install docker-compose             (Debian, Ubuntu)" \
        "  https://docs.docker.com/compose/install/        (others)"
    if package_exists docker-compose; then
        install_packages docker-compose
    else
        # Distributions without v1 give v2 this name.
        install_packages docker-compose-v2
    fi
}

present() {
    command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1
}

main

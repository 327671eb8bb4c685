#!/usr/bin/env bash
# Makes sure that spin and a C compiler are installed: a test checks the model of the lifecycle with them. Needed for tests only.
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
    can_install_packages || die "the tests need spin and gcc, which check docs/model" \
        "Install them, then run the same command again:" \
        "  sudo apt-get install spin gcc libc6-dev"
    install_packages spin gcc libc6-dev
}

present() {
    command -v spin >/dev/null && command -v gcc >/dev/null
}

main

#!/usr/bin/env bash
# Makes sure that Maven is installed.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=setup/messages.sh
source "$here/messages.sh"
# shellcheck source=setup/apt.sh
source "$here/apt.sh"

main() {
    command -v mvn >/dev/null && return
    exec 9<"${BASH_SOURCE[0]}"
    flock 9
    command -v mvn >/dev/null && return
    can_install_packages || die "Maven is needed to build Trainyard, and there is no mvn on the PATH" \
        "Install Maven 3.8 or newer, then run the same command again:" \
        "  sudo apt-get install maven      (Debian, Ubuntu)" \
        "  sudo dnf install maven          (Fedora and relatives)"
    install_packages maven
}

main

# shellcheck shell=bash
# Sourced after messages.sh. Installs packages of the distribution, where the script is allowed to.

# True on a machine where the script may run apt-get: Debian or a derivative, as root.
can_install_packages() {
    [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null
}

# install_packages NAME...: announces and installs them. If apt-get fails, shows its output and ends the script.
install_packages() {
    local log
    log=$(mktemp)
    say "installing $* with apt-get"
    if ! apt_refreshing "$log" install -y --no-install-recommends "$@"; then
        grep -E '^(E|W):' "$log" >&2 || tail -n 20 "$log" >&2
        die "apt-get could not install: $*" "Its complete output: $log"
    fi
    rm -f "$log"
}

# apt_refreshing LOG ARG...: runs apt-get with the present package lists; if that fails, refreshes the lists and runs it again.
# New machines have no lists, and old lists may name packages that are gone. All other machines save the refresh.
apt_refreshing() {
    local log=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null && return
    # `update` also fails if one third-party source is unreachable, although the package may be available: the second try decides.
    apt-get update >>"$log" 2>&1 </dev/null || true
    DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1 </dev/null
}

# package_exists NAME: true if the distribution has the package. Before it answers no, it refreshes the lists and asks again.
package_exists() {
    apt-cache show "$1" >/dev/null 2>&1 && return
    apt-get update >/dev/null 2>&1 </dev/null || true
    apt-cache show "$1" >/dev/null 2>&1
}

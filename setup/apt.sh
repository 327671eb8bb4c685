# shellcheck shell=bash
# Sourced after messages.sh: packages from the distribution, where we may install them.

# True on a machine where we may run apt-get: Debian or a relative of it, as root.
can_install_packages() {
    [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null
}

# install_packages NAME...: says so first, and ends the script with apt-get's own words where it fails.
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

# apt_refreshing LOG ARG...: apt-get with the package lists as they are, and once more with fresh ones. Fresh machines
# have no lists and old machines have lists that name packages which are gone; on all others the refresh is saved.
apt_refreshing() {
    local log=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null && return
    # One unreachable third-party source makes `update` fail although the package may be had: the second try decides.
    apt-get update >>"$log" 2>&1 </dev/null || true
    DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1 </dev/null
}

# package_exists NAME: whether the distribution has it, asked again with fresh lists before the answer is no.
package_exists() {
    apt-cache show "$1" >/dev/null 2>&1 && return
    apt-get update >/dev/null 2>&1 </dev/null || true
    apt-cache show "$1" >/dev/null 2>&1
}

#!/usr/bin/env bash
# Makes sure that the Docker engine has a base image. If it is missing, pulls it; if no registry answers, makes it on this
# machine from the distribution's packages under the same name, so that the same Dockerfile builds without a registry too.
#
# usage: setup/base-image.sh debian:bookworm-slim|busybox:latest
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=setup/messages.sh
source "$here/messages.sh"
# shellcheck source=setup/apt.sh
source "$here/apt.sh"

readonly SECONDS_FOR_A_REGISTRY_TO_ANSWER=15

main() {
    image=${1:?usage: base-image.sh IMAGE}
    present && return
    docker version >/dev/null || die "there is no Docker engine to give the image $image to" "setup/docker.sh"
    # Two processes at once would make the same image twice. The script itself is the lock file.
    exec 9<"${BASH_SOURCE[0]}"
    flock 9
    present && return

    # Not in /tmp, which is often mounted nodev: debootstrap does not work there.
    work=$(mktemp -d -p "${TMPDIR:-/var/tmp}" trainyard-base-image.XXXXXX)
    trap clean_up EXIT
    say "getting the base image $image"
    pull && return
    say "no registry gave $image ($(tail -n 1 "$work/pull.log" | cut -c 1-200)); making it from the distribution's packages"
    case $image in
        debian:*-slim) name=${image%-slim} && make_debian "${name#debian:}" ;;
        busybox:latest) make_busybox ;;
        *) die "$image can be pulled only, and no registry gave it" "docker pull $image" ;;
    esac
    say "made $image"
}

present() {
    docker image inspect "$image" >/dev/null 2>&1
}

clean_up() {
    # An interrupted debootstrap leaves these file systems mounted.
    umount "$work/root/proc" "$work/root/sys" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}

# The limit applies to the registry's first answer. After that, a slow connection may take as long as it needs.
pull() {
    docker pull "$image" >"$work/pull.log" 2>&1 9<&- &
    local pull=$! deadline=$((SECONDS + SECONDS_FOR_A_REGISTRY_TO_ANSWER))
    while ((SECONDS < deadline)); do
        if ! kill -0 "$pull" 2>/dev/null || grep -q 'Pulling from' "$work/pull.log"; then
            wait "$pull"
            return
        fi
        sleep 0.1
    done
    kill "$pull"
    wait "$pull" 2>/dev/null || true
    echo "no answer within $SECONDS_FOR_A_REGISTRY_TO_ANSWER s" >>"$work/pull.log"
    return 1
}

make_debian() {
    local release=$1 mirror
    can_install_packages || die "making $image needs root on Debian or Ubuntu" \
        "Where a registry can be reached:  docker pull $image" \
        "As root:                          sudo setup/base-image.sh $image"
    command -v debootstrap >/dev/null || install_packages debootstrap
    mirror=$(debian_mirror "$release")
    say "debootstrap $release from ${mirror:-its default mirror} (about a minute)"
    if ! debootstrap --variant=minbase "$release" "$work/root" ${mirror:+"$mirror"} 2>&1 |
        tee "$work/debootstrap.log" | show_stages; then
        tail -n 15 "$work/debootstrap.log" >&2
        die "debootstrap could not make $image"
    fi
    # Excludes what "slim" images omit, and leftovers of the build. Docker provides resolv.conf and hostname.
    import "debootstrap --variant=minbase $release" \
        --exclude='./var/cache/apt/archives/*.deb' --exclude='./var/cache/apt/*.bin' --exclude='./var/lib/apt/lists/*' \
        --exclude='./var/log/*.log' --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
        --exclude='./usr/share/locale/*' --exclude='./etc/resolv.conf' --exclude='./etc/hostname' \
        --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*'
}

# Prints the first configured mirror that has this Debian release. If there is none, as on Ubuntu, prints nothing, and
# debootstrap uses its default.
# shellcheck disable=SC2016 # REPO_URI is apt-get's own variable
debian_mirror() {
    local uri
    while read -r uri; do
        if /usr/lib/apt/apt-helper download-file "${uri%/}/dists/$1/InRelease" "$work/InRelease" >/dev/null 2>&1 &&
            grep -qx 'Label: Debian' "$work/InRelease"; then
            echo "${uri%/}"
            return
        fi
    done < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '^http' | sort -u)
}

show_stages() {
    awk '/Retrieving/ { stage = "retrieving" } /Extracting/ { stage = "extracting" }
         /Unpacking/ { stage = "unpacking" } /Configuring/ { stage = "configuring" }
         stage && !shown[stage]++ { print "trainyard:   " stage " packages"; fflush() }' >&2
}

make_busybox() {
    local log=$work/apt.log root=$work/root command
    command -v apt-get >/dev/null || die "making $image needs Debian or Ubuntu" \
        "Where a registry can be reached:  docker pull $image"
    (cd "$work" && apt_refreshing "$log" download busybox-static) || {
        tail -n 10 "$log" >&2
        die "apt-get could not download busybox-static"
    }
    dpkg-deb -x "$work"/busybox-static_*.deb "$work/package"
    mkdir -p "$root"/{bin,dev,etc,home,proc,root,sys,tmp,usr/bin,var}
    chmod 1777 "$root/tmp"
    cp "$work/package/bin/busybox" "$root/bin/" 2>/dev/null || cp "$work/package/usr/bin/busybox" "$root/bin/"
    while read -r command; do
        [[ -e $root/bin/$command ]] || ln -s busybox "$root/bin/$command"
    done < <("$root/bin/busybox" --list)
    # Scripts expect env at this path.
    ln -s ../../bin/busybox "$root/usr/bin/env"
    printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/home:/bin/false >"$root/etc/passwd"
    printf '%s\n' root:x:0: nobody:x:65534: >"$root/etc/group"
    import "package busybox-static" --owner=0 --group=0
}

# import HOW_IT_WAS_MADE TAR_OPTION...
import() {
    local how=$1 shell=sh
    shift
    [[ ! -e $work/root/bin/bash ]] || shell=bash
    tar -C "$work/root" -c "$@" . |
        docker import \
            --change "CMD [\"$shell\"]" \
            --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
            --change "LABEL dev.trainyard.made-by=\"setup/base-image.sh: $how\"" \
            - "$image" >/dev/null
}

main "$@"

#!/usr/bin/env bash
# Prints the home of a JDK 25 or newer. Takes an installed one, otherwise the distribution's, otherwise Temurin's, which it
# keeps in the user's cache and nowhere else.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=setup/messages.sh
source "$here/messages.sh"
# shellcheck source=setup/apt.sh
source "$here/apt.sh"
# shellcheck source=setup/find-jdk.sh
source "$here/find-jdk.sh"

readonly TEMURIN_API=https://api.adoptium.net/v3/assets/latest/$WANTED_JDK/hotspot
readonly DISTRIBUTION_PACKAGE=openjdk-$WANTED_JDK-jdk-headless

main() {
    find_jdk || install_jdk
    echo "$jdk"
}

install_jdk() {
    # Several launches at once make only one download. The script itself is the lock file.
    exec 9<"${BASH_SOURCE[0]}"
    flock 9
    find_jdk && return
    if can_install_packages && package_exists "$DISTRIBUTION_PACKAGE"; then
        install_packages "$DISTRIBUTION_PACKAGE"
    else
        download_temurin
    fi
    find_jdk || die "the JDK $WANTED_JDK that was just installed cannot be found" "Set JAVA_HOME to a JDK $WANTED_JDK."
}

download_temurin() {
    local architecture answer link checksum
    case $(uname -m) in
        x86_64) architecture=x64 ;;
        aarch64) architecture=aarch64 ;;
        *) die "no JDK $WANTED_JDK here, and none to download for $(uname -m)" "Install one and set JAVA_HOME." ;;
    esac
    say "no JDK $WANTED_JDK here: downloading Temurin (about 140 MB) to $KEPT_JDKS"
    answer=$(download "$TEMURIN_API?architecture=$architecture&image_type=jdk&os=linux&vendor=eclipse" -) || cannot_get_jdk
    link=$(field link 'https://[^"]*\.tar\.gz' <<<"$answer")
    checksum=$(field checksum '[0-9a-f]\{64\}' <<<"$answer")
    [[ -n $link && -n $checksum ]] || cannot_get_jdk

    # Unpack beside the final folder, so that a JDK under its final name is always complete.
    mkdir -p "$KEPT_JDKS"
    work=$(mktemp -d -p "$KEPT_JDKS" .download.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    download "$link" "$work/jdk.tar.gz" || cannot_get_jdk
    sha256sum --status -c <<<"$checksum  $work/jdk.tar.gz" ||
        die "the download from $link is not what its publisher lists" "Expected SHA-256 $checksum; nothing was installed. Try again."
    mkdir "$work/jdk"
    tar -xzf "$work/jdk.tar.gz" -C "$work/jdk" --strip-components=1
    mv "$work/jdk" "$KEPT_JDKS/temurin-$WANTED_JDK-${checksum:0:8}"
}

# field NAME PATTERN: prints the first value with that name in a JSON text.
field() {
    grep -o "\"$1\": *\"$2\"" | head -n 1 | sed 's/.*: *"\(.*\)"$/\1/'
}

# download URL FILE: uses the program that the machine has. The file - is standard output.
download() {
    if ! command -v curl >/dev/null && ! command -v wget >/dev/null && can_install_packages; then
        install_packages curl ca-certificates
    fi
    if command -v curl >/dev/null; then
        curl -fsSL --connect-timeout 15 --retry 2 -o "$2" "$1"
    else
        wget -q --connect-timeout=15 --tries=3 -O "$2" "$1"
    fi
}

cannot_get_jdk() {
    die "no JDK $WANTED_JDK here, and it could not be downloaded from $TEMURIN_API" \
        "Install one in any of these ways, then run the same command again:" \
        "  sudo apt-get install $DISTRIBUTION_PACKAGE      (where your distribution has it)" \
        "  curl -s https://get.sdkman.io | bash; sdk install java $WANTED_JDK-tem" \
        "  unpack a JDK $WANTED_JDK archive for Linux anywhere, then: export JAVA_HOME=/that/folder"
}

main

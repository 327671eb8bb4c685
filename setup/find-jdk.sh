# shellcheck shell=bash
# Sourced by the launcher and by jdk.sh. Finds a JDK. Every command waits for this, so it starts no process if a JDK 25 is in
# a usual place: it reads the version from a file of the JDK.

readonly WANTED_JDK=25
# The folder for a JDK that jdk.sh downloads.
readonly KEPT_JDKS=${XDG_CACHE_HOME:-~/.cache}/trainyard/jdk

# Sets `jdk`. Tries the one that the user names, then exactly the wanted version, then any newer one.
find_jdk() {
    local homes=("$KEPT_JDKS"/* /usr/lib/jvm/* /opt/java/* ~/.sdkman/candidates/java/* ~/.jdks/*)
    jdk=${JAVA_HOME:-}
    is_jdk "$jdk" && ((version >= WANTED_JDK)) && return
    for jdk in "${homes[@]}"; do
        is_jdk "$jdk" && ((version == WANTED_JDK)) && return
    done
    jdk=$(readlink -f "$(type -P javac)") && jdk=${jdk%/bin/javac}
    for jdk in "$jdk" "${homes[@]}"; do
        is_jdk "$jdk" && ((version >= WANTED_JDK)) && return
    done
    return 1
}

# True if the folder contains a JDK. Sets `version` to its feature version.
is_jdk() {
    local line
    [[ -n $1 && -x $1/bin/javac && -r $1/release ]] || return
    while read -r line; do
        if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
            version=${BASH_REMATCH[1]}
            return
        fi
    done <"$1/release"
    return 1
}

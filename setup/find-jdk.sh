# shellcheck shell=bash
# Sourced by the launcher and by jdk.sh: where is a JDK? The first command of the day and the thousandth wait for this, so
# it starts no process where a JDK 25 is in a usual place: a JDK tells its version in a file.

readonly WANTED_JDK=25
# Where jdk.sh puts one that it downloads.
readonly KEPT_JDKS=${XDG_CACHE_HOME:-~/.cache}/trainyard/jdk

# Sets `jdk`: what the user names, then exactly the wanted version, then any newer one.
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

# Whether there is a JDK in a folder; sets `version` to its feature version.
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

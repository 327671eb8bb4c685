# shellcheck shell=bash
# Sourced by the launcher after messages.sh: builds the class path that every command runs from.

# shellcheck disable=SC2154 # root is the launcher's
readonly CLASS_PATH=$root/standalone/target/lib
# As old as the start of the build that it tells of; `mvn clean` takes it away together with the build.
readonly BUILT=$root/standalone/target/lib.built
readonly BUILD_LOG=$root/target/build.log

build_if_sources_changed() {
    is_current && return
    # Two launches at once: the second waits, and finds it done. The launcher itself is the lock file.
    exec 9<"$root/trainyard"
    flock 9
    is_current || build
    exec 9<&-
}

# A folder changes when a file in it comes or goes, and no tool can set back the time of the last change (ctime).
is_current() {
    [[ -e $BUILT ]] || return
    local newer
    newer=$(find "$root"/pom.xml "$root"/*/pom.xml "$root"/*/src/main -cnewer "$BUILT" -print -quit)
    [[ -z $newer ]]
}

build() {
    "$root/setup/maven.sh"
    say "Building Trainyard$([[ -e $BUILD_LOG ]] || echo " (first time: about a minute)")…"
    mkdir -p "${BUILD_LOG%/*}" "${BUILT%/*}"
    touch "$BUILT.started"
    # All away first: jars of dependencies that are no longer used would stay on the class path, and a process that runs
    # from the old ones keeps them (open files outlive their names), where overwriting would pull them from under it.
    rm -rf "$BUILT" "$CLASS_PATH"
    if ! mvn -q -B -f "$root/pom.xml" -pl standalone -am -Dmaven.test.skip package >"$BUILD_LOG" 2>&1 </dev/null; then
        # Each error once, and without Maven's advice on Maven.
        awk '/To see the full stack trace/ { exit } /^\[ERROR\] [^-]/ && !seen[$0]++ && count++ < 40' "$BUILD_LOG" >&2
        die "the build failed" "Its complete output: $BUILD_LOG"
    fi
    mv "$BUILT.started" "$BUILT"
}

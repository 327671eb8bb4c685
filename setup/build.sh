# shellcheck shell=bash
# Sourced by the launcher after messages.sh: builds the class path that every command runs from.

# shellcheck disable=SC2154 # root is the launcher's
readonly CLASS_PATH=$root/standalone/target/lib
# A file as old as the start of the last build; `mvn clean` removes it together with the build.
readonly BUILT=$root/standalone/target/lib.built
readonly BUILD_LOG=$root/target/build.log

build_if_sources_changed() {
    is_current && return
    # If two launches run at once, the second waits and finds the build done. The launcher itself is the lock file.
    exec 9<"$root/trainyard"
    flock 9
    is_current || build
    exec 9<&-
}

# Compares the time of the last change (ctime), which no tool can set back. A folder also changes when a file is added or removed.
is_current() {
    [[ -e $BUILT ]] || return
    local newer
    newer=$(find "$root"/pom.xml "$root"/*/pom.xml "$root"/*/src/main -cnewer "$BUILT" -print -quit)
    [[ -z $newer ]]
}

build() {
    "$root/setup/maven.sh"
    local first=""
    [[ -e $BUILD_LOG ]] || first=" (first time: one to two minutes)"
    { mkdir -p "${BUILD_LOG%/*}" "${BUILT%/*}" && touch "$BUILT.started" "$BUILD_LOG"; } 2>/dev/null ||
        die "the source tree $root cannot be written, and the build goes into it" \
            "Run it as the tree's owner ($(stat -c %U "$root")), or from a copy of your own."
    say "Building Trainyard$first…"
    # Remove everything first: otherwise jars of dependencies that are no longer used would stay on the class path. A process
    # that runs from the old jars keeps them, since open files outlive their names; overwriting would break the process.
    rm -rf "$BUILT" "$CLASS_PATH"
    if ! mvn -B -f "$root/pom.xml" -pl standalone -am -Dmaven.test.skip package 2>&1 </dev/null |
        tee "$BUILD_LOG" | show_modules; then
        # Show each error once, without Maven's advice about Maven.
        awk '/To see the full stack trace/ { exit } /^\[ERROR\] [^-]/ && !seen[$0]++ && count++ < 40' "$BUILD_LOG" >&2
        die "the build failed" "Its complete output: $BUILD_LOG"
    fi
    mv "$BUILT.started" "$BUILT"
}

# Prints a line for each module when Maven starts it, and one when Maven has to download libraries first.
show_modules() {
    awk '/Downloading from/ && !getting++ { print "trainyard:   getting libraries"; fflush() }
         /^\[INFO\] Building .* \[[0-9]+\/[0-9]+\]$/ {
             gsub(/[][]/, "", $NF); sub("/", " of ", $NF)
             print "trainyard:   " $3 " (" $NF ")"; fflush()
         }' >&2
}

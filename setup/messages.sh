# shellcheck shell=bash
# Sourced by the launcher and by every setup script. Defines how they print messages and how they end.

say() {
    printf 'trainyard: %s\n' "$*" >&2
}

# die WHAT_HAPPENED [LINE...]: the other lines say what to do.
die() {
    printf 'trainyard: error: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '    %s\n' "$@" >&2
    # The exit code of docs/cli.md for: something that is needed is missing and cannot be set up.
    exit 69
}

# misused WHAT_IS_WRONG COMMAND
misused() {
    printf "trainyard: %s\nSee: %s %s --help\n" "$1" "${0}" "$2" >&2
    exit 64
}

# shellcheck shell=bash
# Sourced by the launcher and by every setup script: how they speak, and how they end.

say() {
    printf 'trainyard: %s\n' "$*" >&2
}

# die WHAT_HAPPENED [LINE...]: the further lines say what to do.
die() {
    printf 'trainyard: error: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '    %s\n' "$@" >&2
    # As docs/cli.md lists it: something that is needed is missing, and could not be set up.
    exit 69
}

# misused WHAT_IS_WRONG COMMAND
misused() {
    printf "trainyard: %s\nSee: %s %s --help\n" "$1" "${0}" "$2" >&2
    exit 64
}

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
    exit 1
}

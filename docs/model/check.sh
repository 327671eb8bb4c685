#!/usr/bin/env bash
# Checks the model exhaustively within small bounds, then once with each guard dropped, which must break a property.
# Needs spin and gcc (apt-get install spin gcc). Takes minutes; `check.sh short` what CI has time for.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
# Of the short runs the compiler takes longer than the check.
optimise=$([[ ${1:-} == short ]] && echo -O0 || echo -O2)

# run EXPECTED DEFINES...: 0 holds, 1 a property breaks
run() {
    local want=$1
    shift
    (cd "$work" && spin "$@" -a "$here/lifecycle.pml" >spin.out 2>&1) || { cat "$work/spin.out"; exit 1; }
    gcc "$optimise" -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=6000 -o "$work/pan" "$work/pan.c"
    (cd "$work" && timeout 900 ./pan -m400000 >pan.out 2>&1) || true
    local got states
    got=$(grep -o 'errors: [0-9]*' "$work/pan.out" | grep -o '[0-9]*$' || echo '?')
    states=$(grep -o '[0-9.e+]* states, stored' "$work/pan.out" | head -1)
    if grep -qE 'max search depth too small|out of memory|Search not completed' "$work/pan.out" && [[ $want == 0 ]]; then
        got='unfinished'
    fi
    if [[ $got == "$want" ]]; then
        printf 'ok    %-18s %s\n' "$([[ $want == 0 ]] && echo holds || echo 'breaks, as it must')" "$* ($states)"
    else
        printf 'WRONG errors: %s, wanted %s: %s (%s)\n' "$got" "$want" "$*" "$states"
        grep -m3 -E 'assertion violated|invalid end' "$work/pan.out" || true
        bad=1
    fi
}

run 0 -DCRASHES=1 -DCANCELS=1
run 0 -DFREEZES=1 -DERRORS=1
run 0 -DCUTS=1 -DHOLDS=1
run 0 -DCUTS=1 -DFORGETS=1
run 0 -DPREEMPTS=1 -DCRASHES=1
if [[ ${1:-} != short ]]; then
    run 0 -DCUTS=1 -DCRASHES=1 -DCANCELS=1
    run 0 -DFREEZES=1 -DHOLDS=1 -DCANCELS=1
    run 0 -DCUTS=1 -DSILENCES=1 -DCRASHES=1
    run 0 -DFREEZES=1 -DPREEMPTS=1 -DFORGETS=1
fi
run 1 -DMUT=1 -DCUTS=1       # a device may be reserved twice, and a host gets work before what was lost is settled
run 1 -DMUT=2 -DCUTS=1       # expire frees what may still run
run 1 -DMUT=4 -DCUTS=1 -DCANCELS=1  # reinstate also where the job has ended
run 1 -DMUT=5 -DCUTS=1       # superseded before the container is dead
run 1 -DMUT=7 -DCANCELS=1 -DERRORS=1  # what ends an attempt forgets that its job's cancel was requested
run 1 -DMUT=8 -DCANCELS=1    # place also what was cancelled
run 1 -DMUT=9 -DPREEMPTS=1   # the stop signal before `signalled` is committed
run 1 -DMUT=10 -DCUTS=1      # a stale `exited` is taken for the end
run 1 -DMUT=13 -DCUTS=1      # a lost attempt is taken for one that is over
[[ $bad == 0 ]] && echo 'all as it must be' || { echo 'some differ'; exit 1; }

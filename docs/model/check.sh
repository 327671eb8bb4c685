#!/usr/bin/env bash
# Checks the model exhaustively within small bounds. Then drops one guard at a time; each time the named property must break.
# Needs spin and gcc (apt-get install spin gcc). Takes minutes; `check.sh short` runs the part that CI has time for.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
broken=()
# In the short runs the compiler takes longer than the check.
optimise=$([[ ${1:-} == short ]] && echo -O0 || echo -O2)

# visit DEFINES...: visits every order of steps, up to the first one that breaks a property; leaves pan's output
visit() {
    (cd "$work" && spin "$@" -a "$here/lifecycle.pml" >spin.out 2>&1) || { cat "$work/spin.out"; exit 1; }
    gcc "$optimise" -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=6000 -o "$work/pan" "$work/pan.c"
    (cd "$work" && timeout 900 ./pan -m400000 >pan.out 2>&1) || true
    errors=$(grep -o 'errors: [0-9]*' "$work/pan.out" | grep -o '[0-9]*$' || echo '?')
    states=$(grep -o '[0-9.e+]* states, stored' "$work/pan.out" | head -1)
}

# say MET WHAT DEFINES...
say() {
    local met=$1 what=$2
    shift 2
    printf '%-5s %-32s %s (%s)\n' "$([[ $met == yes ]] && echo ok || echo WRONG)" "$what" "$*" "$states"
    if [[ $met != yes ]]; then
        grep -m3 -E 'assertion violated|invalid end|max search depth|out of memory|not completed' "$work/pan.out" || true
        bad=1
    fi
}

holds() {
    local met=no
    visit "$@"
    if [[ $errors == 0 ]] && ! grep -qE 'max search depth too small|out of memory|Search not completed' "$work/pan.out"; then
        met=yes
    fi
    say "$met" 'all hold' "$@"
}

# breaks PROPERTY DEFINES...: checks that this property breaks; checks no other
breaks() {
    local property=$1 met=no
    shift
    grep -q "^#define $property " "$here/lifecycle.pml" || { echo "no such property: $property"; exit 1; }
    visit "-DCHECK=$property" "$@"
    if [[ $errors == 1 ]] && grep -q 'assertion violated' "$work/pan.out"; then
        met=yes
        broken+=("$property")
    fi
    say "$met" "breaks $property" "$@"
}

every_property_was_broken() {
    local property
    for property in $(grep -oE '^#define [A-Z_]+ [0-9]+ *(/\*.*)?$' "$here/lifecycle.pml" | awk '$3 > 0 { print $2 }' | grep -vxE 'K|MUT'); do
        if [[ " ${broken[*]} " != *" $property "* ]]; then
            echo "WRONG nothing breaks $property"
            bad=1
        fi
    done
}

holds -DCRASHES=1 -DCANCELS=1
holds -DFREEZES=1 -DERRORS=1
holds -DCUTS=1 -DHOLDS=1
holds -DCUTS=1 -DFORGETS=1
holds -DPREEMPTS=1 -DCRASHES=1
holds -DAWAYS=1 -DCUTS=1
holds -DREFUSALS=2 -DCANCELS=1
if [[ ${1:-} != short ]]; then
    holds -DCUTS=1 -DCRASHES=1 -DCANCELS=1
    holds -DFREEZES=1 -DHOLDS=1 -DCANCELS=1
    holds -DCUTS=1 -DSILENCES=1 -DCRASHES=1
    holds -DFREEZES=1 -DPREEMPTS=1 -DFORGETS=1
    # Guards that another guard backs.
    for faults in '-DCUTS=1 -DCRASHES=1 -DCANCELS=1' '-DFREEZES=1 -DPREEMPTS=1 -DFORGETS=1'; do
        # shellcheck disable=SC2086
        holds -DMUT=18 $faults # reinstate although a newer attempt was placed
        # shellcheck disable=SC2086
        holds -DMUT=19 $faults # a stale `created` is followed by the start
        # shellcheck disable=SC2086
        holds -DMUT=20 $faults # begin does not check the stop reason
    done
fi
# place
breaks HELD_ONCE -DMUT=1 -DCUTS=1                           # does not check who holds a device, and does not wait until lost attempts are settled
breaks ONE_LIVE_ATTEMPT -DMUT=3                             # does not check whether the job waits
breaks NOTHING_AFTER_CANCEL -DMUT=8 -DCANCELS=1             # also places a job that was cancelled
# transactions that end an attempt
breaks NOTHING_AFTER_CANCEL -DMUT=7 -DCANCELS=1 -DERRORS=1  # ignores that the cancel of its job was requested
breaks CANCEL_STANDS -DMUT=7 -DCANCELS=1 -DERRORS=1 -DHOLDS=1
breaks FAULTS_SPEND_NOTHING -DMUT=14 -DCUTS=1               # spends a retry for every cause
breaks NO_JOB_STUCK -DMUT=16 -DCUTS=1                       # ends it as lost with its host, and does not change the job
breaks TWO_RUN_AFTER_A_LOSS -DMUT=6 -DFREEZES=1             # the planner ends it, although only its worker knows that no container of it runs
breaks RUNS_ON_ITS_OWN -DMUT=6 -DFREEZES=1
# the worker
breaks STOPPED_IS_NOT_COMPLETED -DMUT=9 -DPREEMPTS=1        # sends the stop signal before `signalled` is committed
breaks DID_WELL_HAS_SUCCEEDED -DMUT=12 -DCANCELS=1          # attributes an end before the first signal to the signal
breaks DID_WELL_HAS_SUCCEEDED -DMUT=10 -DCUTS=1             # treats a stale `exited` as the end
breaks REMOVED_AT_THE_END -DMUT=17                          # removes the container when the exit is recorded
breaks NONE_LEFT_BEHIND -DMUT=11                            # does not remove containers of ended attempts
breaks NO_ATTEMPT_STUCK -DMUT=15                            # does not handle a container that ended before its start was recorded
# lost hosts
breaks NOT_FREED_TOO_SOON -DMUT=2 -DCUTS=1                  # expire releases the devices of an attempt that may still run
breaks NOT_FREED_TOO_SOON -DMUT=5 -DCUTS=1                  # superseded before the container is dead
breaks OVER_STAYS_OVER -DMUT=4 -DCUTS=1 -DCANCELS=1         # reinstate although the job has ended
breaks NOT_HELD_FOR_EVER -DMUT=13 -DCUTS=1                  # treats a lost attempt as one that is over
every_property_was_broken
[[ $bad == 0 ]] && echo 'all as it must be' || { echo 'some differ'; exit 1; }

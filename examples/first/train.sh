# Takes the place of a training script: accepts --lr and --fail, prints a loss per epoch, and writes a file to /outputs.
set -eu
lr=0.1 fail=false
while [ $# -gt 0 ]; do
    case $1 in
        --lr) lr=$2 ;;
        --fail) fail=$2 ;;
        *) echo "unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
done
echo "learning rate $lr"
for epoch in 1 2 3; do
    echo "epoch $epoch: loss 0.$((9 - epoch))"
    sleep 1
done
echo "the weights" > /outputs/model.bin
[ "$fail" = false ] || exit 3

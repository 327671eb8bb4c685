"""Trains a small network on hand-written digits: python main.py --epochs 5 --lr 0.005"""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from src.datasets import DataError, Digits
from src.models import DigitsModel
from src.utils import Checkpoints, log


def main() -> None:
    # The first process of a container has no default action for SIGTERM: without this, `docker stop` would wait for
    # its time limit and kill. The checkpoint of the last complete epoch is there already.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    arguments = parse_arguments()
    try:
        train_data, val_data = Digits.read(arguments.train_data), Digits.read(arguments.val_data)
        model = DigitsModel()
        if arguments.pretrained is not None:
            resume(model, arguments.pretrained)
    except DataError as e:
        sys.exit(f"error: {e}")

    gpus = os.environ.get("NVIDIA_VISIBLE_DEVICES", "none")
    log(f"training on {len(train_data)} digits, validating on {len(val_data)}; computing with numpy, GPUs given: {gpus}")
    accuracy = model.train(
        train_data,
        val_data,
        Path(os.environ.get("OUTPUTS", "/outputs")),
        epochs=arguments.epochs,
        lr=arguments.lr,
        bs=arguments.bs,
        num_worker=arguments.num_worker,
        log_frequency=arguments.log_frequency,
    )
    log(f"validation accuracy {accuracy:.4f} after {model.epoch} epochs")


def parse_arguments() -> argparse.Namespace:
    data = Path(__file__).resolve().parent / "data"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--epochs", type=at_least(0, int), default=5, help="train up to this epoch")
    parser.add_argument("--lr", type=at_least(0, float), default=0.005, help="learning rate of Adam")
    parser.add_argument("--bs", type=at_least(1, int), default=32, help="images in a batch")
    parser.add_argument("--num_worker", type=at_least(0, int), default=2, help="threads that prepare batches; 0: none")
    parser.add_argument("--log_frequency", type=at_least(1, int), default=16, help="batches from one line to the next")
    parser.add_argument("--train_data", type=Path, default=data / "digits-train.csv", help="CSV, may be gzipped")
    parser.add_argument("--val_data", type=Path, default=data / "digits-val.csv", help="CSV, may be gzipped")
    parser.add_argument("--pretrained", type=path_or_none, help="checkpoint (.npz) to continue from")
    return parser.parse_args()


def at_least(lowest: int, number: Callable[[str], float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = number(text)
        if not lowest <= value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is not a number from {lowest} up")
        return value

    parse.__name__ = number.__name__  # argparse names the type in "invalid int value"
    return parse


def path_or_none(text: str) -> Path | None:
    # A draft's empty value means none.
    return Path(text) if text else None


def resume(model: DigitsModel, checkpoint: Path) -> None:
    try:
        model.restore(Checkpoints.load(checkpoint))
    except (OSError, ValueError) as e:
        raise DataError(f"cannot continue from checkpoint {checkpoint}: {e}") from e
    log(f"continuing from {checkpoint} after {model.epoch} epochs")


if __name__ == "__main__":
    main()

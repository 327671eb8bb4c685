"""Trains ResNet-18 to tell small images apart: python main.py --epochs 10 --lr 0.001"""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from src.datasets import DataError, Images
from src.models import Classifier
from src.utils import log

OUTPUTS = Path("/outputs")


def main() -> None:
    # The first process of a container has no default action for SIGTERM; the last complete epoch is saved already.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    arguments = parse_arguments()
    try:
        train_data, val_data = Images.read(arguments.train_data), Images.read(arguments.val_data)
        model = Classifier(max(train_data.classes, val_data.classes))
        if arguments.pretrained is not None:
            model.resume(arguments.pretrained)
            log(f"continuing from {arguments.pretrained} after {model.epoch} epochs")
    except (DataError, OSError, ValueError) as e:
        sys.exit(f"error: {e}")

    log(f"training on {len(train_data)} images, validating on {len(val_data)}; computing on {model.device}")
    accuracy = model.train(
        train_data,
        val_data,
        OUTPUTS,
        epochs=arguments.epochs,
        lr=arguments.lr,
        bs=arguments.bs,
        num_worker=arguments.num_worker,
        log_frequency=arguments.log_frequency,
    )
    log(f"validation accuracy {accuracy:.4f} after {model.epoch} epochs")


def parse_arguments() -> argparse.Namespace:
    data = Path(__file__).resolve().parent / "data"
    # The image for CPUs has digits; CIFAR-10 is mounted over them.
    digits = (data / "digits-train.csv").is_file() and not (data / "data_batch_1.bin").is_file()
    train, val = ("digits-train.csv", "digits-val.csv") if digits else ("data_batch_1.bin", "test_batch.bin")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--epochs", type=at_least(0, int), default=10, help="train up to this epoch")
    parser.add_argument("--lr", type=at_least(0, float), default=0.001, help="learning rate of Adam")
    parser.add_argument("--bs", type=at_least(2, int), default=64, help="images in a batch")
    parser.add_argument("--num_worker", type=at_least(0, int), default=0, help="processes that prepare batches; 0: none")
    parser.add_argument("--log_frequency", type=at_least(1, int), default=10, help="batches from one line to the next")
    parser.add_argument("--train_data", type=Path, default=data / train, help="CIFAR-10 binary, or CSV")
    parser.add_argument("--val_data", type=Path, default=data / val, help="CIFAR-10 binary, or CSV")
    parser.add_argument("--pretrained", type=path_or_none, help="checkpoint (.pt) to continue from")
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


if __name__ == "__main__":
    main()

"""Small images and their classes, from files that need no download tool."""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import interpolate
from torch.utils.data import Dataset

SIDE = 32
CHANNELS = 3
CIFAR_RECORD = 1 + CHANNELS * SIDE * SIDE
DIGIT_SIDE = 8
DIGIT_BRIGHTEST = 16


class DataError(Exception):
    """A data file that cannot be used, and why."""


class Images(Dataset):
    """`pixels` (n, 3, 32, 32) around 0, `labels` (n,)."""

    def __init__(self, pixels: torch.Tensor, labels: torch.Tensor):
        self._pixels = pixels
        self._labels = labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self._pixels[index], self._labels[index]

    @property
    def classes(self) -> int:
        return int(self._labels.max()) + 1

    @staticmethod
    def read(path: Path) -> "Images":
        """Reads a batch of CIFAR-10's binary version, or a CSV file of 8 × 8 grey images."""
        if not path.is_file():
            raise DataError(f"no data file at {path}: mount a folder that holds it, or name another one")
        return _cifar(path) if path.suffix == ".bin" else _digits(path)


def _cifar(path: Path) -> Images:
    """One byte of class, then 1,024 bytes each of red, green and blue (www.cs.toronto.edu/~kriz/cifar.html)."""
    content = np.fromfile(path, np.uint8)
    if len(content) == 0 or len(content) % CIFAR_RECORD:
        raise DataError(f"{path} is no batch of CIFAR-10: its size is no multiple of {CIFAR_RECORD} bytes")
    records = content.reshape(-1, CIFAR_RECORD)
    pixels = records[:, 1:].reshape(-1, CHANNELS, SIDE, SIDE).astype(np.float32) / 255
    return Images(torch.from_numpy(pixels - 0.5), torch.from_numpy(records[:, 0].astype(np.int64)))


def _digits(path: Path) -> Images:
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.float32, ndmin=2)
    except ValueError as e:
        raise DataError(f"{path} is not a table of numbers: {e}") from e
    if len(table) == 0 or table.shape[1] != DIGIT_SIDE * DIGIT_SIDE + 1:
        raise DataError(f"{path} has {table.shape[1]} columns in {len(table)} lines, not 64 pixels and a class")
    grey = torch.from_numpy(table[:, :-1]).reshape(-1, 1, DIGIT_SIDE, DIGIT_SIDE) / DIGIT_BRIGHTEST - 0.5
    pixels = interpolate(grey, size=(SIDE, SIDE), mode="bilinear", align_corners=False).repeat(1, CHANNELS, 1, 1)
    return Images(pixels, torch.from_numpy(table[:, -1].astype(np.int64)))

"""The digits as arrays, and the batches that a training takes from them."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

SIDE = 8
PIXELS = SIDE * SIDE
CLASSES = 10
BRIGHTEST = 16

Batch = tuple[np.ndarray, np.ndarray]


class DataError(Exception):
    """A data file that cannot be used, and why."""


class Digits:
    """Images of hand-written digits: `images` (n, 64) with brightness from 0 to 1, `labels` (n,) from 0 to 9."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        self.images = images
        self.labels = labels

    def __len__(self) -> int:
        return len(self.labels)

    @staticmethod
    def read(path: Path) -> "Digits":
        """Reads a CSV file, plain or gzipped: 64 brightnesses from 0 to 16 and the digit, one image a line."""
        if not path.is_file():
            raise DataError(f"no data file at {path}: mount a folder that holds it, or name another one")
        try:
            table = np.loadtxt(path, delimiter=",", dtype=np.float32, ndmin=2)
        except ValueError as e:
            raise DataError(f"{path} is not a table of numbers: {e}") from e
        if len(table) == 0 or table.shape[1] != PIXELS + 1:
            raise DataError(f"{path} has {table.shape[1]} columns in {len(table)} lines, not {PIXELS} pixels and a digit")
        images, labels = table[:, :PIXELS] / BRIGHTEST, table[:, PIXELS].astype(np.int64)
        if labels.min() < 0 or labels.max() >= CLASSES:
            raise DataError(f"{path} has labels from {labels.min()} to {labels.max()}, not 0 to {CLASSES - 1}")
        return Digits(images, labels)


class Batches:
    """Shuffled, augmented batches; `workers` threads prepare them ahead of the training, 0 prepares them in place.

    A batch depends on the seed, the epoch and its number alone: neither the number of threads nor a resumed training
    changes what the model sees.
    """

    def __init__(self, digits: Digits, size: int, workers: int, seed: int):
        self._digits = digits
        self._size = size
        self._workers = workers
        self._seed = seed

    def __len__(self) -> int:
        return -(-len(self._digits) // self._size)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        order = np.random.default_rng([self._seed, epoch]).permutation(len(self._digits))

        def prepare(number: int) -> Batch:
            chosen = order[number * self._size : (number + 1) * self._size]
            rng = np.random.default_rng([self._seed, epoch, number])
            return as_if_written_again(self._digits.images[chosen], rng), self._digits.labels[chosen]

        return prefetched(prepare, len(self), self._workers) if self._workers else map(prepare, range(len(self)))


def prefetched(prepare: Callable[[int], Batch], count: int, workers: int) -> Iterator[Batch]:
    """`prepare(0)` to `prepare(count - 1)` in order, at most two per worker ahead of the reader."""
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque = deque()
        for number in range(count):
            waiting.append(pool.submit(prepare, number))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def as_if_written_again(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same digits with another pen (all of an image lighter or darker) and on other paper (noise)."""
    pen = rng.uniform(0.8, 1.2, (len(images), 1)).astype(np.float32)
    paper = rng.normal(0, 0.1, images.shape).astype(np.float32)
    return pen * images + paper

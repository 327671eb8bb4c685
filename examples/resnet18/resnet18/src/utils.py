"""What a training leaves behind: lines of text, checkpoints, and TensorBoard event files."""

import os
import pickle
import socket
import struct
import time
from pathlib import Path

import torch

KEPT_CHECKPOINTS = 5


def log(line: str) -> None:
    # Python buffers what goes to a pipe: without the flush, a container's log would stay empty for minutes.
    print(line, flush=True)


class Checkpoints:
    """`epoch-N.pt` for the newest five epochs, and `last.pt`; a file under one of these names is always complete."""

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, epoch: int, state: dict) -> None:
        for name in (f"epoch-{epoch}.pt", "last.pt"):
            temporary = self._folder / f".{name}.tmp"
            with temporary.open("wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._folder / name)
        (self._folder / f"epoch-{epoch - KEPT_CHECKPOINTS}.pt").unlink(missing_ok=True)

    @staticmethod
    def load(path: Path, device: torch.device) -> dict:
        """Reads a checkpoint; an unreadable one is a ValueError or an OSError."""
        try:
            return torch.load(path, map_location=device, weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError) as e:
            raise ValueError(f"cannot continue from {path}, no complete checkpoint: {e}") from e


class EventWriter:
    """Scalars as a TensorBoard event file: TFRecords of Event messages, encoded by hand to need no TensorFlow.

    The fields are those of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
    """

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}"
        self._file = (folder / name).open("ab")
        self._write(message_field(3, b"brain.Event:2"))

    def __enter__(self) -> "EventWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def scalars(self, step: int, values: dict[str, float]) -> None:
        summary = b"".join(
            message_field(1, message_field(1, tag.encode()) + float_field(2, value)) for tag, value in values.items()
        )
        self._write(varint_field(2, step) + message_field(5, summary))

    def _write(self, event: bytes) -> None:
        event = double_field(1, time.time()) + event
        length = struct.pack("<Q", len(event))
        self._file.write(length + masked_crc(length) + event + masked_crc(event))
        self._file.flush()


# Protocol buffers: a key (field number and wire type), then the value.


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def varint_field(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def double_field(number: int, value: float) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<d", value)


def message_field(number: int, value: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(value)) + value


def float_field(number: int, value: float) -> bytes:
    return varint(number << 3 | 5) + struct.pack("<f", value)


# TFRecord guards length and data with a CRC-32C (Castagnoli), rotated and shifted so that a CRC over data which
# contains CRCs stays meaningful.


def crc_table() -> list[int]:
    table = []
    for crc in range(256):
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


CRC_TABLE = crc_table()


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)

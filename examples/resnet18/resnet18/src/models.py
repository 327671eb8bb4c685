"""The model of this package: ResNet-18 with its optimiser and its training."""

import time
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from src.datasets import Images
from src.resnet import ResNet18
from src.utils import Checkpoints, EventWriter, log

SEED = 20


class Classifier:
    """Tells `classes` kinds of images apart; knows how many epochs it has been trained."""

    def __init__(self, classes: int):
        torch.manual_seed(SEED)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = ResNet18(classes).to(self.device)
        self.optimiser = torch.optim.Adam(self.network.parameters())
        self.epoch = 0
        self.step = 0

    def train(
        self,
        train_data: Images,
        val_data: Images,
        outputs: Path,
        *,
        epochs: int,
        lr: float,
        bs: int,
        num_worker: int,
        log_frequency: int,
    ) -> float:
        """Trains up to epoch number `epochs`, with a checkpoint after each; returns the validation accuracy."""
        for group in self.optimiser.param_groups:
            group["lr"] = lr
        batches = DataLoader(train_data, bs, shuffle=True, num_workers=num_worker, drop_last=len(train_data) > bs)
        checkpoints = Checkpoints(outputs / "checkpoints")
        accuracy = self.evaluate(val_data, bs)
        with EventWriter(outputs / "tensorboard") as events:
            while self.epoch < epochs:
                started = time.monotonic()
                torch.manual_seed(SEED + self.epoch)
                self._train_epoch(batches, events, f"epoch {self.epoch + 1}/{epochs}", log_frequency)
                self.epoch += 1
                accuracy = self.evaluate(val_data, bs)
                events.scalars(self.step, {"val/accuracy": accuracy})
                checkpoints.save(self.epoch, self.state())
                log(f"epoch {self.epoch}/{epochs}: val accuracy {accuracy:.4f}, {time.monotonic() - started:.1f} s")
        return accuracy

    def _train_epoch(self, batches: DataLoader, events: EventWriter, title: str, log_frequency: int) -> None:
        self.network.train()
        for number, (images, labels) in enumerate(batches, start=1):
            loss = cross_entropy(self.network(images.to(self.device)), labels.to(self.device))
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            self.step += 1
            if number % log_frequency == 0 or number == len(batches):
                events.scalars(self.step, {"train/loss": loss.item()})
                log(f"{title} batch {number}/{len(batches)}: loss {loss.item():.4f}")

    @torch.no_grad()
    def evaluate(self, data: Images, bs: int) -> float:
        """The share that is told right."""
        self.network.eval()
        right = sum(
            int((self.network(images.to(self.device)).argmax(1).cpu() == labels).sum())
            for images, labels in DataLoader(data, bs)
        )
        return right / len(data)

    def state(self) -> dict:
        """Everything that a training continues from; tensors and integers, which load without running code."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict()["state"],
            "epoch": self.epoch,
            "step": self.step,
        }

    def resume(self, checkpoint: Path) -> None:
        """Continues from a checkpoint; one of another model is a ValueError."""
        state = Checkpoints.load(checkpoint, self.device)
        try:
            self.network.load_state_dict(state["network"])
            self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state["optimiser"]})
            self.epoch, self.step = state["epoch"], state["step"]
        except (KeyError, TypeError, RuntimeError) as e:
            raise ValueError(f"{checkpoint} is a checkpoint of another model: {e}") from e

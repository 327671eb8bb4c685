"""A two-layer network for hand-written digits, with its optimiser and its training."""

import time
from pathlib import Path

import numpy as np

from src.datasets import CLASSES, PIXELS, Batches, Digits
from src.utils import Checkpoints, EventWriter, log

HIDDEN = 64
SEED = 20


class Adam:
    """Adam (Kingma & Ba, 2015) over a dict of arrays, which it changes in place."""

    BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, weights: dict[str, np.ndarray]):
        self.step = 0
        self.mean = {name: np.zeros_like(w) for name, w in weights.items()}
        self.variance = {name: np.zeros_like(w) for name, w in weights.items()}

    def update(self, weights: dict[str, np.ndarray], gradients: dict[str, np.ndarray], lr: float) -> None:
        self.step += 1
        rate = lr * (1 - self.BETA2**self.step) ** 0.5 / (1 - self.BETA1**self.step)
        for name, gradient in gradients.items():
            mean, variance = self.mean[name], self.variance[name]
            mean += (1 - self.BETA1) * (gradient - mean)
            variance += (1 - self.BETA2) * (gradient**2 - variance)
            weights[name] -= rate * mean / (np.sqrt(variance) + self.EPSILON)


class DigitsModel:
    """64 pixels → 64 hidden units (ReLU) → 10 classes (softmax); knows how many epochs it has been trained."""

    def __init__(self):
        rng = np.random.default_rng(SEED)
        self.weights = {
            "hidden": he_normal(rng, PIXELS, HIDDEN),
            "hidden_bias": np.zeros(HIDDEN, np.float32),
            "output": he_normal(rng, HIDDEN, CLASSES),
            "output_bias": np.zeros(CLASSES, np.float32),
        }
        self.optimiser = Adam(self.weights)
        self.epoch = 0

    def train(
        self,
        train_data: Digits,
        val_data: Digits,
        outputs: Path,
        *,
        epochs: int,
        lr: float,
        bs: int,
        num_worker: int,
        log_frequency: int,
    ) -> float:
        """Trains up to epoch number `epochs`, with a checkpoint after each; returns the validation accuracy."""
        batches = Batches(train_data, bs, num_worker, SEED)
        checkpoints = Checkpoints(outputs / "checkpoints")
        _, accuracy = self.evaluate(val_data)
        with EventWriter(outputs / "tensorboard") as events:
            while self.epoch < epochs:
                started = time.monotonic()
                self._train_epoch(batches, events, f"epoch {self.epoch + 1}/{epochs}", lr, log_frequency)
                self.epoch += 1
                loss, accuracy = self.evaluate(val_data)
                events.scalars(self.optimiser.step, {"val/loss": loss, "val/accuracy": accuracy})
                checkpoints.save(self.epoch, self.state())
                seconds = time.monotonic() - started
                log(f"epoch {self.epoch}/{epochs}: val loss {loss:.4f}, val accuracy {accuracy:.4f}, {seconds:.2f} s")
        return accuracy

    def _train_epoch(self, batches: Batches, events: EventWriter, title: str, lr: float, log_frequency: int) -> None:
        for number, (images, labels) in enumerate(batches.epoch(self.epoch), start=1):
            loss, accuracy, gradients = self._gradients(images, labels)
            self.optimiser.update(self.weights, gradients, lr)
            if number % log_frequency == 0 or number == len(batches):
                events.scalars(self.optimiser.step, {"train/loss": loss, "train/accuracy": accuracy})
                log(f"{title} batch {number}/{len(batches)}: loss {loss:.4f}, accuracy {accuracy:.4f}")

    def evaluate(self, digits: Digits) -> tuple[float, float]:
        """Loss and accuracy."""
        _, probabilities = self._forward(digits.images)
        return loss_and_accuracy(probabilities, digits.labels)

    def _forward(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        hidden = np.maximum(images @ self.weights["hidden"] + self.weights["hidden_bias"], 0)
        return hidden, softmax(hidden @ self.weights["output"] + self.weights["output_bias"])

    def _gradients(self, images: np.ndarray, labels: np.ndarray) -> tuple[float, float, dict[str, np.ndarray]]:
        hidden, probabilities = self._forward(images)
        loss, accuracy = loss_and_accuracy(probabilities, labels)

        # Softmax and cross-entropy together: the error of each class is its probability, less one where it is right.
        error = probabilities.copy()
        error[np.arange(len(labels)), labels] -= 1
        error /= len(labels)
        hidden_error = (error @ self.weights["output"].T) * (hidden > 0)
        return loss, accuracy, {
            "hidden": images.T @ hidden_error,
            "hidden_bias": hidden_error.sum(axis=0),
            "output": hidden.T @ error,
            "output_bias": error.sum(axis=0),
        }

    def state(self) -> dict[str, np.ndarray]:
        """Everything that a training continues from, as `restore` takes it."""
        state = {"epoch": np.array(self.epoch), "step": np.array(self.optimiser.step)}
        for kind, arrays in self._arrays():
            state |= {f"{kind}/{name}": array for name, array in arrays.items()}
        return state

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continues from a state; one of another model is a ValueError that leaves this model as it was."""
        expected = {key: array.shape for key, array in self.state().items()}
        found = {key: array.shape for key, array in state.items()}
        if found != expected:
            differing = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))
            raise ValueError(f"of another model: {', '.join(differing)} differ")
        self.epoch = int(state["epoch"])
        self.optimiser.step = int(state["step"])
        for kind, arrays in self._arrays():
            for name, array in arrays.items():
                array[...] = state[f"{kind}/{name}"]

    def _arrays(self) -> list[tuple[str, dict[str, np.ndarray]]]:
        return [("weights", self.weights), ("mean", self.optimiser.mean), ("variance", self.optimiser.variance)]


def he_normal(rng: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    return rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)).astype(np.float32)


def softmax(scores: np.ndarray) -> np.ndarray:
    # Softmax does not change with a shift, and exp must not overflow.
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def loss_and_accuracy(probabilities: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    right = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.maximum(right, np.finfo(np.float32).tiny)).mean()
    return float(loss), float((probabilities.argmax(axis=1) == labels).mean())

"""A network by PyTorch: one process or many, CPU or GPU, exact resume on the CPU, checked export."""

import copy
import io
import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import metrics
import onnx_model
from checkpoints import Checkpoint, fingerprint_of, load_checkpoint, save_checkpoint
from contract import (
    Interrupted,
    Paths,
    Signature,
    Stop,
    Trained,
    TrainingError,
    print_metrics,
    read_hosts,
)
from data import Channel, Profile, profile
from pytorch_data import Mixed, ahead, share
from pytorch_network import Network
from pytorch_onnx import to_onnx
from pytorch_parameters import parse_parameters
from pytorch_processes import Crew, is_worker, launch

PACKAGES = ("torch", "numpy", "pyarrow", "onnx", "onnxruntime")
# Steps between two looks at whether any of several processes was asked to stop: a look waits for all of them.
STEPS_PER_LOOK = 8


@dataclass
class Progress:
    """Where the training is. ``epoch`` counts from 0, ``step`` within it; ``loss`` is summed over its rows so far."""

    epoch: int = 0
    step: int = 0
    loss: float = 0.0
    epochs: list[dict] = field(default_factory=list)


class Training:
    """One network on its way, on one of the processes."""

    def __init__(self, p: dict, crew: Crew, signature: Signature, found: Profile, train: Channel) -> None:
        self._p = p
        self._crew = crew
        torch.manual_seed(p["seed"])
        self.network = Network(signature, found, p).to(crew.device)
        self._parallel = (
            DistributedDataParallel(self.network, device_ids=[crew.device] if crew.device.type == "cuda" else None)
            if crew.world > 1
            else self.network
        )
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=p["learning_rate"], weight_decay=p["weight_decay"]
        )
        self._mixed_precision = crew.device.type == "cuda" and p["amp"] == "auto"
        half = torch.bfloat16 if self._mixed_precision and torch.cuda.is_bf16_supported() else torch.float16
        self._half = half
        self._scaler = torch.amp.GradScaler("cuda", enabled=self._mixed_precision and half == torch.float16)
        positive = torch.tensor(p["scale_pos_weight"], device=crew.device)
        self._loss = nn.BCEWithLogitsLoss(reduction="none", pos_weight=positive)
        self.batches = Mixed(train, p["batch_size"], p["mixed_groups"], p["seed"])
        self.progress = Progress()
        self.best: dict | None = None

    def rate(self, step: int) -> float:
        """Learning rate of a step, counted over all epochs: up in a line, down as a half cosine."""
        steps = self.batches.steps * self._p["epochs"]
        warm = max(1, round(self._p["warmup"] * steps))
        if step < warm:
            return self._p["learning_rate"] * (step + 1) / warm
        return self._p["learning_rate"] * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    def step(self, features: np.ndarray, labels: np.ndarray, rows: int) -> None:
        """One step on this process's share of a batch of ``rows`` rows.

        Gradients are averaged over the processes, so the loss is scaled to make that the mean over the rows.
        """
        at = self.progress
        # Chance is a function of the place in the training, so that a checkpoint need not hold the generators' states.
        place = (self._p["seed"], at.epoch, at.step, self._crew.rank)
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
        for group in self._optimizer.param_groups:
            group["lr"] = self.rate(at.epoch * self.batches.steps + at.step)
        x = torch.from_numpy(features).to(self._crew.device, non_blocking=True)
        y = torch.from_numpy(labels).to(self._crew.device, non_blocking=True)
        self._parallel.train()
        with torch.autocast("cuda", dtype=self._half, enabled=self._mixed_precision):
            margins = self._parallel(x)
        margins = margins.float()
        loss = self._loss(margins, y).sum() * (self._crew.world / rows)
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.step(self._optimizer)
        self._scaler.update()
        with torch.no_grad():
            self._summed += nn.functional.binary_cross_entropy_with_logits(margins, y, reduction="sum").double()
        at.step += 1

    def begin(self) -> None:
        """Takes the epoch's loss so far to where it is summed: on the device, without waiting for it at each step."""
        mine = self.progress.loss if self._crew.first else 0.0
        self._summed = torch.tensor(mine, dtype=torch.float64, device=self._crew.device)

    def collect(self) -> None:
        """The epoch's loss over all processes into the progress."""
        self.progress.loss = self._crew.total(float(self._summed.item()))
        self.begin()

    def margins(self, features: np.ndarray) -> np.ndarray:
        self.network.eval()
        with torch.no_grad():
            device = next(self.network.parameters()).device
            return self.network(torch.from_numpy(features).to(device)).cpu().numpy()

    def save(self) -> bytes:
        stream = io.BytesIO()
        state = {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(),
            "best": self.best,
        }
        torch.save(state, stream)
        return stream.getvalue()

    def restore(self, about: dict, payload: bytes) -> None:
        state = torch.load(io.BytesIO(payload), map_location=self._crew.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._scaler.load_state_dict(state["scaler"])
        self.best = state["best"]
        self.progress = Progress(**about)

    def measure(self, validation: Channel) -> dict[str, float]:
        """The epoch's metrics; the loss on the training rows is the mean over the epoch while it learned."""
        parts = [(self.margins(b.features), b.labels) for b in ahead(validation.batches())]
        margins, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
        found = {
            "train-logloss": self.progress.loss / self.batches.rows,
            "validation-logloss": metrics.log_loss(margins, labels),
            "validation-auc": metrics.auc(margins, labels),
        }
        return {name: value for name, value in found.items() if math.isfinite(value)}

    def end_epoch(self, validation: Channel) -> dict:
        """Measures, keeps the network if it is the best so far, and goes on to the next epoch."""
        self.collect()
        measured = self._crew.from_first(self.measure(validation) if self._crew.first else None)
        at = self.progress
        epoch = {"epoch": at.epoch + 1, "metrics": measured}
        at.epochs.append(epoch)
        if self.best_epoch == epoch["epoch"]:
            self.best = copy.deepcopy(self.network.state_dict())
        at.epoch, at.step, at.loss = at.epoch + 1, 0, 0.0
        return epoch

    @property
    def best_epoch(self) -> int:
        """The best epoch by the watched metric; the last without early stopping. Counted from 1."""
        epochs = self.progress.epochs
        if self._p["early_stopping_rounds"] == 0:
            return len(epochs)
        watched = f"validation-{self._p['eval_metric']}"
        sign = -1 if self._p["eval_metric"] == "logloss" else 1
        return int(np.argmax([sign * e["metrics"].get(watched, -sign * math.inf) for e in epochs])) + 1

    @property
    def finished(self) -> bool:
        done = len(self.progress.epochs)
        patience = self._p["early_stopping_rounds"]
        return done >= self._p["epochs"] or (patience > 0 and done > 0 and done - self.best_epoch >= patience)


def train(paths: Paths, given: dict[str, str], signature: Signature, stop: Stop) -> Trained | None:
    """One training; None on the processes that do not write the model. Raises TrainingError or Interrupted."""
    p = parse_parameters(given)
    hosts = read_hosts(paths)
    cuda = _uses_cuda(p["device"])
    processes = p["processes"] or (torch.cuda.device_count() if cuda else 1)
    if not is_worker() and processes * len(hosts.names) > 1:
        launch(paths, hosts, processes, stop)
        return None
    if p["threads"]:
        torch.set_num_threads(p["threads"])
    # On a GPU the sums of embedding gradients have no fixed order; asking for one would cost most of the speed.
    torch.use_deterministic_algorithms(not cuda)
    channel, validation = Channel(paths, "train", signature), Channel(paths, "validation", signature)
    found = profile(channel)
    found.check_trainable()
    profile(validation)
    crew = Crew(cuda)
    try:
        training = Training(p, crew, signature, found, channel)
        # How many processes and threads is no part of what is trained: another instance may go on.
        kept = {**p, "cuda": cuda, "processes": 0, "threads": 0}
        fingerprint = fingerprint_of(kept, channel.files + validation.files)
        _resume(paths, training, crew, fingerprint)
        _run(paths, training, crew, stop, validation, fingerprint, p["checkpoint_rounds"])
        return _exported(p, training, crew, signature, validation) if crew.first else None
    finally:
        crew.leave()


def _uses_cuda(asked: str) -> bool:
    if asked == "cuda" and not torch.cuda.is_available():
        raise TrainingError("hyperparameter device: cuda was asked for, and this machine has no GPU that PyTorch can use")
    return asked != "cpu" and torch.cuda.is_available()


def _resume(paths: Paths, training: Training, crew: Crew, fingerprint: str) -> None:
    """Rank 0 reads, so that all processes go on from the same place."""
    found = crew.from_first(load_checkpoint(paths.checkpoints, fingerprint) if crew.first else None)
    if found:
        training.restore(found.about, found.payload)
        if crew.first:
            at = training.progress
            print(f"resumed after {at.epoch} epochs and {at.step} steps", flush=True)


def _save(paths: Paths, training: Training, crew: Crew, fingerprint: str) -> None:
    if crew.first:
        save_checkpoint(paths.checkpoints, fingerprint, Checkpoint(vars(training.progress), training.save()))


def _run(
    paths: Paths, training: Training, crew: Crew, stop: Stop, validation: Channel, fingerprint: str, every: int
) -> None:
    while not training.finished:
        at = training.progress
        training.begin()
        for batch in ahead(training.batches.epoch(at.epoch, at.step)):
            if (crew.world == 1 or at.step % STEPS_PER_LOOK == 0) and crew.any(stop.asked):
                training.collect()
                _save(paths, training, crew, fingerprint)
                crew.interrupted()
                raise Interrupted(f"stopped after {at.epoch} epochs and {at.step} steps")
            mine = share(batch, crew.rank, crew.world)
            training.step(mine.features, mine.labels, len(batch.labels))
        epoch = training.end_epoch(validation)
        if crew.first:
            print_metrics(epoch["epoch"], epoch["metrics"])
        if epoch["epoch"] % every == 0:
            _save(paths, training, crew, fingerprint)


def _exported(p: dict, training: Training, crew: Crew, signature: Signature, validation: Channel) -> Trained:
    best = training.best_epoch
    if training.best is not None:
        training.network.load_state_dict(training.best)
    training.network.cpu()
    model = to_onnx(training.network, len(signature.features))

    def scores(features: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-training.margins(features).astype(np.float64)))

    worst = onnx_model.verify(model, (b.features for b in validation.batches()), scores)
    device = crew.device.type
    print(
        f"trained {len(training.progress.epochs)} epochs on {crew.world} {device}, the best is {best}; "
        f"the exported model differs from it by at most {worst:.1e}",
        flush=True,
    )
    return Trained("pytorch", model, training.progress.epochs, best, p["seed"], PACKAGES, device)

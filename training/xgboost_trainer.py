"""Gradient-boosted trees by XGBoost: histograms on the GPU where there is one, exact resume, checked export."""

from dataclasses import dataclass, field

import numpy as np
import xgboost as xgb

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
from data import MOST_RELEVANT, Channel, profile
from xgboost_data import Matrices, ranked, streamed
from xgboost_onnx import to_onnx
from xgboost_parameters import booster_parameters, parse_parameters
from xgboost_sampling import Sampler

PACKAGES = ("xgboost", "numpy", "pyarrow", "onnx", "onnxruntime")


@dataclass
class Progress:
    """What a checkpoint holds; training goes on from it to the same result."""

    booster: bytes | None = None
    epochs: list[dict] = field(default_factory=list)


class Boosting:
    """The rounds of one training."""

    def __init__(self, p: dict, matrices: Matrices, device: str, base_score: float, features: int) -> None:
        self._p = p
        self._matrices = matrices
        self._sampler = Sampler(matrices.train, matrices.weights, features, p)
        self._told = booster_parameters(p, device, base_score) + self._sampler.parameters
        self.booster = self._restored(None)
        self.epochs: list[dict] = []
        # A GPU sums the trees of a loaded booster in another order than it added them one by one. There the booster is
        # made anew from its bytes at every checkpoint, interrupted or not, and an interruption goes back to the last.
        self._anew = device == "cuda"
        self._kept = Progress()

    def _restored(self, raw: bytes | None) -> xgb.Booster:
        cache = [self._matrices.train, self._matrices.validation]
        return xgb.Booster(self._told, cache, model_file=bytearray(raw) if raw else None)

    def resume(self, progress: Progress) -> None:
        self.booster = self._restored(progress.booster)
        self.epochs = list(progress.epochs)
        self._kept = progress

    def keep(self) -> Progress:
        """Progress at a checkpoint's round."""
        raw = bytes(self.booster.save_raw("ubj"))
        self._kept = Progress(raw, list(self.epochs))
        if self._anew:
            self.booster = self._restored(raw)
        return self._kept

    def interrupt(self) -> Progress:
        """Progress from which a resumed training ends as an uninterrupted one."""
        return self._kept if self._anew else self.keep()

    @property
    def finished(self) -> bool:
        patience = self._p["early_stopping_rounds"]
        done = len(self.epochs)
        return done >= self._p["num_round"] or (patience > 0 and done > 0 and done - self.best >= patience)

    def round(self) -> dict:
        """One tree. Returns the epoch."""
        done = len(self.epochs)
        self._sampler.draw(done)
        self.booster.update(self._matrices.train, iteration=done)
        self._sampler.all_rows()
        told = self.booster.eval_set(
            [(self._matrices.train, "train"), (self._matrices.validation, "validation")], iteration=done
        )
        measured = dict(part.rsplit(":", 1) for part in told.split("\t")[1:])
        metrics = {name: float(value) for name, value in measured.items() if name != "train-auc"}
        # XGBoost says nan, or 0.5, of the AUC of one class; a metric that says nothing is left out.
        epoch = {"epoch": done + 1, "metrics": {k: v for k, v in metrics.items() if np.isfinite(v)}}
        self.epochs.append(epoch)
        return epoch

    @property
    def best(self) -> int:
        """Rounds up to the best by the watched metric; all of them without early stopping."""
        if self._p["early_stopping_rounds"] == 0:
            return len(self.epochs)
        watched = f"validation-{self._p['eval_metric']}"
        sign = -1 if self._p["eval_metric"] == "logloss" else 1
        values = [sign * e["metrics"].get(watched, -np.inf * sign) for e in self.epochs]
        return int(np.argmax(values)) + 1


def device_for(asked: str) -> str:
    """Raises TrainingError for a GPU that is asked for and is not there."""
    there = bool(xgb.build_info().get("USE_CUDA")) and _gpu_is_there()
    if asked == "cuda" and not there:
        raise TrainingError("hyperparameter device: cuda was asked for, and this machine has no GPU that XGBoost can use")
    return "cuda" if there and asked != "cpu" else "cpu"


def _gpu_is_there() -> bool:
    """XGBoost has no question for it: it warns and falls back to the CPU."""
    from ctypes import CDLL, byref, c_int

    try:
        driver = CDLL("libcuda.so.1")
    except OSError:
        return False
    count = c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(byref(count)) == 0 and count.value > 0


def train(paths: Paths, given: dict[str, str], signature: Signature, stop: Stop) -> Trained:
    """One training. Raises TrainingError or Interrupted."""
    p = parse_parameters(given, signature)
    hosts = read_hosts(paths)
    if len(hosts.names) > 1:
        raise TrainingError(f"the xgboost container trains on one instance, and the job has {len(hosts.names)}")
    logistic = p["objective"] == "binary:logistic"
    channel, validation = Channel(paths, "train", signature), Channel(paths, "validation", signature)
    device = device_for(p["device"])
    boosting = _prepared(p, channel, validation, device, logistic)
    fingerprint = fingerprint_of({**p, "device": device, "nthread": 0, "verbosity": 0}, channel.files + validation.files)
    _resume(paths, boosting, fingerprint)
    while not boosting.finished:
        if stop.asked:
            _save(paths, fingerprint, boosting.interrupt())
            raise Interrupted(f"stopped after {len(boosting.epochs)} rounds")
        epoch = boosting.round()
        print_metrics(epoch["epoch"], epoch["metrics"])
        if epoch["epoch"] % p["checkpoint_rounds"] == 0:
            _save(paths, fingerprint, boosting.keep())
    return _exported(p, boosting, channel, validation, device, logistic)


def _prepared(p: dict, channel: Channel, validation: Channel, device: str, logistic: bool) -> Boosting:
    found = profile(channel, 1 if logistic else MOST_RELEVANT)
    found.check_trainable()
    profile(validation, 1 if logistic else MOST_RELEVANT)
    matrices = (streamed if logistic else ranked)(channel, validation, p)
    weighted = found.positives * p["scale_pos_weight"]
    share = weighted / (weighted + found.rows - found.positives)
    base_score = (p["base_score"] or share) if logistic else 0.0
    return Boosting(p, matrices, device, base_score, len(channel.columns))


def _resume(paths: Paths, boosting: Boosting, fingerprint: str) -> None:
    found = load_checkpoint(paths.checkpoints, fingerprint)
    if found and found.payload:
        boosting.resume(Progress(found.payload, found.about["epochs"]))
        print(f"resumed after {len(boosting.epochs)} rounds", flush=True)


def _save(paths: Paths, fingerprint: str, progress: Progress) -> None:
    about = {"epochs": progress.epochs}
    save_checkpoint(paths.checkpoints, fingerprint, Checkpoint(about, progress.booster or b""))


def _exported(
    p: dict, boosting: Boosting, channel: Channel, validation: Channel, device: str, logistic: bool
) -> Trained:
    best = boosting.best
    booster = boosting.booster[:best]
    model = to_onnx(booster, len(channel.columns), logistic)

    def scores(features: np.ndarray) -> np.ndarray:
        return booster.predict(xgb.DMatrix(features), output_margin=not logistic).astype(np.float64)

    worst = onnx_model.verify(model, (b.features for b in validation.batches()), scores)
    print(f"trained {best} trees on {device}; the exported model differs from them by at most {worst:.1e}", flush=True)
    return Trained("xgboost", model, boosting.epochs, best, p["seed"], PACKAGES, device)

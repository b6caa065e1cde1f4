"""The training container contract, as SageMaker defines it and every trainer keeps it.

Below the root (``/opt/ml``; ``COALMINE_ML_ROOT`` on a laptop):

    input/config/hyperparameters.json   all values are strings
    input/config/resourceconfig.json    the hosts of the job; may be absent
    input/data/{train,validation}/      Parquet files
    input/data/signature/signature.json what the columns mean, copied unchanged into the model
    model/                              model.onnx, signature.json, metrics.json, environment.json
    checkpoints/                        kept over interruptions
    output/failure                      one readable sentence, when the exit code is 1

Exit codes: 0 trained, 1 failed, 143 interrupted by SIGTERM with a checkpoint saved. Metrics go to stdout as
``metric name=value epoch=n``, epochs counted from 1.
"""

import json
import os
import platform
import signal
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

INTERRUPTED = 143
# https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html: SageMaker keeps 1024.
FAILURE_CHARACTERS = 1024


class TrainingError(Exception):
    """A training that cannot be done, said in one sentence that a person can act on."""


class Interrupted(Exception):
    """The training was interrupted; what was trained is in the checkpoint."""


@dataclass(frozen=True)
class Feature:
    """A column of the model's input. ``vocabulary`` is the number of categories, None for a number."""

    name: str
    vocabulary: int | None


@dataclass(frozen=True)
class Signature:
    """``signature.json``: the columns in the order of the model's input, and the text it was read from."""

    features: tuple[Feature, ...]
    text: str


@dataclass(frozen=True)
class Paths:
    """Where things are below the root of the container."""

    root: Path

    @property
    def model(self) -> Path:
        return self.root / "model"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def failure(self) -> Path:
        return self.root / "output" / "failure"

    def channel(self, name: str) -> Path:
        return self.root / "input" / "data" / name

    def config(self, name: str) -> Path:
        return self.root / "input" / "config" / name


def paths_from(environment: dict) -> Paths:
    return Paths(Path(environment.get("COALMINE_ML_ROOT", "/opt/ml")))


def _read_json(path: Path, name: str):
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise TrainingError(f"the input {name} is missing") from None
    try:
        return json.loads(text), text
    except ValueError:
        raise TrainingError(f"{path.name} is not JSON") from None


def read_hyperparameters(paths: Paths) -> dict[str, str]:
    """All values are strings. Raises TrainingError if the file is missing or is something else."""
    given, _ = _read_json(paths.config("hyperparameters.json"), "config/hyperparameters.json")
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise TrainingError("hyperparameters.json is not an object of strings")
    return given


def read_signature(paths: Paths) -> Signature:
    """Raises TrainingError if it is missing or is not a signature."""
    value, text = _read_json(paths.channel("signature") / "signature.json", "data/signature/signature.json")
    try:
        features = tuple(
            Feature(f["name"], len(f["vocabulary"]) if f["kind"] == "categorical" else None) for f in value["features"]
        )
    except (KeyError, TypeError) as error:
        raise TrainingError(f"signature.json is not a signature: {error!r}") from None
    if not features:
        raise TrainingError("signature.json is not a signature: it names no feature")
    return Signature(features, text)


@dataclass(frozen=True)
class Hosts:
    """The machines of the job, and which of them this is."""

    names: tuple[str, ...]
    current: str
    interface: str = ""
    """Network interface between the hosts; empty where nothing names one."""

    @property
    def rank(self) -> int:
        return self.names.index(self.current)


def read_hosts(paths: Paths) -> Hosts:
    """One machine, where nothing says otherwise. Every host sorts the names alike, so all agree on the first."""
    if not paths.config("resourceconfig.json").exists():
        return Hosts(("localhost",), "localhost")
    value, _ = _read_json(paths.config("resourceconfig.json"), "config/resourceconfig.json")
    try:
        return Hosts(tuple(sorted(value["hosts"])), value["current_host"], value.get("network_interface_name", ""))
    except (KeyError, TypeError):
        raise TrainingError("resourceconfig.json names no hosts") from None


def print_metrics(epoch: int, metrics: dict[str, float]) -> None:
    """One line a metric, in the form that the metric definitions of the training job look for."""
    for name, value in metrics.items():
        print(f"metric {name}={value:.6f} epoch={epoch}", flush=True)


class Stop:
    """Whether the container was asked to end. SageMaker sends SIGTERM 120 s before it takes an instance away."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> "Stop":
        signal.signal(signal.SIGTERM, self._hear)
        return self

    def _hear(self, _signal, _frame) -> None:
        self.asked = True


def package_versions(names: tuple[str, ...]) -> dict[str, str]:
    """Versions of Python and of the packages that are installed, by name."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class Trained:
    """What a trainer hands over when it is done."""

    container: str
    model: bytes
    epochs: list[dict]
    """``{"epoch": n, "metrics": {...}}`` of every epoch."""
    best_epoch: int
    """The epoch that was exported, counted from 1."""
    seed: int
    packages: tuple[str, ...]
    device: str


def write_model(paths: Paths, trained: Trained, signature: Signature, hyperparameters: dict[str, str]) -> None:
    """The files of the artifact, byte for byte the same for the same training."""
    final = next((e["metrics"] for e in trained.epochs if e["epoch"] == trained.best_epoch), {})
    metrics = {"epochs": trained.epochs, "final": final, "bestEpoch": trained.best_epoch}
    environment = {
        "container": trained.container,
        "packages": package_versions(trained.packages),
        "seed": trained.seed,
        "hyperparameters": hyperparameters,
        "device": trained.device,
    }
    paths.model.mkdir(parents=True, exist_ok=True)
    (paths.model / "model.onnx").write_bytes(trained.model)
    (paths.model / "signature.json").write_text(signature.text, encoding="utf-8")
    (paths.model / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    (paths.model / "environment.json").write_text(json.dumps(environment), encoding="utf-8")


def write_failure(paths: Paths, sentence: str) -> None:
    """The first sentence stays: of several processes, the one that failed first knows why."""
    paths.failure.parent.mkdir(parents=True, exist_ok=True)
    try:
        with paths.failure.open("x", encoding="utf-8") as file:
            file.write(sentence[:FAILURE_CHARACTERS])
    except FileExistsError:
        pass
    print(sentence, file=sys.stderr, flush=True)


def run(paths: Paths, train) -> int:
    """Runs ``train()`` to one of the exit codes of the contract."""
    try:
        train()
    except Interrupted as interrupted:
        print(f"interrupted: {interrupted}", flush=True)
        return INTERRUPTED
    except TrainingError as error:
        write_failure(paths, str(error))
        return 1
    except MemoryError:
        write_failure(paths, "the machine has too little memory for this training: take a larger instance")
        return 1
    except Exception as error:  # noqa: BLE001 - a container's last line of defence: nothing may end without a sentence
        first = str(error).strip().splitlines()[:1] or [""]
        write_failure(paths, f"unexpected: {type(error).__name__}: {first[0]}")
        return 1
    return 0


def environment() -> dict:
    return dict(os.environ)

"""Small worlds to train on: a root as SageMaker lays it out, with data whose truth is known."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TRAINING = Path(__file__).resolve().parent.parent
CATEGORIES = ["red", "green", "blue", "grey"]
NUMBERS = ("height", "weight", "age")
TREES = {"num_round": "30", "max_depth": "4", "eta": "0.2", "nthread": "1", "device": "cpu"}
NETWORK = {"epochs": "3", "batch_size": "256", "hidden": "16,8", "device": "cpu", "threads": "1"}


def signature() -> dict:
    numeric = [{"name": name, "kind": "numeric"} for name in NUMBERS]
    colour = {"name": "colour", "kind": "categorical", "vocabulary": CATEGORIES}
    return {
        "model": "sample",
        "featureSpecHash": "0" * 64,
        "features": [*numeric, colour],
        "input": "features",
        "output": "score",
    }


def table(rows: int, seed: int, entities: int = 0) -> pa.Table:
    """Height pulls up, weight pulls down, blue is likelier; age says nothing. A tenth of everything is missing."""
    chance = np.random.default_rng(seed)
    numbers = {name: chance.normal(50, 10, rows).astype(np.float32) for name in NUMBERS}
    colour = chance.integers(0, len(CATEGORIES), rows).astype(np.float32)
    margin = (numbers["height"] - 50) / 5 - (numbers["weight"] - 50) / 8 + 2.0 * (colour == 2) - 1
    label = (chance.random(rows) < 1 / (1 + np.exp(-margin))).astype(np.int32)
    columns = {**numbers, "colour": colour}
    for values in columns.values():
        values[chance.random(rows) < 0.1] = np.nan
    entity = [f"{number:016x}" for number in chance.integers(0, entities or rows, rows)]
    return pa.table({**columns, "label": label, "entity": entity})


class World:
    """The folder of one job."""

    def __init__(self, root: Path, rows: int = 3000, seed: int = 1, entities: int = 0) -> None:
        self.root = root
        self.write("config/hyperparameters.json", {})
        self.write("data/signature/signature.json", signature())
        self.put("train", table(rows, seed, entities), rows // 3)
        self.put("validation", table(rows // 3, seed + 1, entities // 3), rows)

    def write(self, path: str, value) -> None:
        file = self.root / "input" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value if isinstance(value, str) else json.dumps(value))

    def put(self, channel: str, rows: pa.Table, group: int = 1000) -> None:
        folder = self.root / "input" / "data" / channel
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, folder / f"{channel}.parquet", row_group_size=group)

    def columns(self, channel: str, change) -> None:
        """Writes a channel anew with its columns changed."""
        file = self.root / "input" / "data" / channel / f"{channel}.parquet"
        self.put(channel, change(pq.read_table(file)))

    def start(self, hyperparameters: dict, **environment: str) -> subprocess.Popen:
        self.write("config/hyperparameters.json", hyperparameters)
        return subprocess.Popen(
            [sys.executable, str(TRAINING / "train.py")],
            env={**os.environ, "COALMINE_ML_ROOT": str(self.root), "OMP_NUM_THREADS": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def train(self, hyperparameters: dict, **environment: str) -> tuple[int, str]:
        """Exit code and what was printed."""
        process = self.start(hyperparameters, **environment)
        out, err = process.communicate(timeout=300)
        return process.returncode, out + err

    def main(self, hyperparameters: dict | None = None, **environment: str) -> int:
        """Trains in this process; returns the exit code."""
        import train

        if hyperparameters is not None:
            self.write("config/hyperparameters.json", hyperparameters)
        return train.main({"COALMINE_ML_ROOT": str(self.root), **environment})

    def trained(self, trainer, hyperparameters: dict, stop):
        """Trains in this process by one trainer and returns what it hands over."""
        import contract

        paths = contract.Paths(self.root)
        return trainer.train(paths, hyperparameters, contract.read_signature(paths), stop)

    def failure(self) -> str | None:
        file = self.root / "output" / "failure"
        return file.read_text() if file.exists() else None

    def model(self) -> bytes:
        return (self.root / "model" / "model.onnx").read_bytes()

    def json(self, name: str) -> dict:
        return json.loads((self.root / "model" / name).read_text())

    def rows(self, channel: str) -> tuple[np.ndarray, np.ndarray]:
        """Features and labels as they lie in the file."""
        read = pq.read_table(self.root / "input" / "data" / channel / f"{channel}.parquet")
        names = [f["name"] for f in signature()["features"]]
        return np.column_stack([read.column(n).to_numpy() for n in names]), read.column("label").to_numpy()


class StopAfter:
    """Asks to stop when it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        self._left = looks

    @property
    def asked(self) -> bool:
        self._left -= 1
        return self._left < 0


def interrupted_at(world: World, hyperparameters: dict, line: str, **environment: str) -> tuple[int, str]:
    """Trains and sends SIGTERM as soon as a line is printed that holds ``line``."""
    process = world.start(hyperparameters, **environment)
    printed = []
    sent = False
    for text in process.stdout:
        printed.append(text)
        if line in text and not sent:
            sent = True
            process.terminate()
    process.wait(timeout=120)
    return process.returncode, "".join(printed) + process.stderr.read()

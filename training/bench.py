"""Rows a second of both trainers, on generated data, on the CPU and on a GPU where there is one.

    python bench.py --rows 10000000 --features 50 --trainers xgboost pytorch --devices cpu cuda

Prints one line of JSON a measurement: rows that went through training (rows of the training split times rounds or
epochs) divided by the seconds of these rounds; reading, binning and the check of the export are in ``seconds`` only.
A quarter of the features is categorical with 50 values, 2 % of all values are missing.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import contract

ROUNDS = {
    "xgboost": {"num_round": "50", "max_depth": "6", "eta": "0.1"},
    "pytorch": {"epochs": "2", "batch_size": "16384", "hidden": "256,128", "early_stopping_rounds": "0"},
}
GROUP = 122_880
CATEGORIES = 50


def generate(root: Path, rows: int, features: int) -> None:
    """A job's inputs, written one row group at a time."""
    categorical = features // 4
    names = [f"f{i}" for i in range(features)]
    columns = [
        {"name": n, "kind": "categorical", "vocabulary": [str(v) for v in range(CATEGORIES)]}
        if i < categorical
        else {"name": n, "kind": "numeric"}
        for i, n in enumerate(names)
    ]
    signature = {"model": "bench", "featureSpecHash": "0" * 64, "features": columns}
    paths = contract.Paths(root)
    for folder in ("train", "validation", "signature"):
        paths.channel(folder).mkdir(parents=True)
    paths.config("").mkdir(parents=True)
    text = json.dumps({**signature, "input": "features", "output": "score"})
    (paths.channel("signature") / "signature.json").write_text(text)
    chance = np.random.default_rng(1)
    weights = chance.normal(size=features).astype(np.float32)
    for channel, count in (("train", rows), ("validation", max(1000, rows // 20))):
        writer = None
        for start in range(0, count, GROUP):
            table = _group(chance, min(GROUP, count - start), categorical, weights, names)
            writer = writer or pq.ParquetWriter(paths.channel(channel) / f"{channel}.parquet", table.schema)
            writer.write_table(table, row_group_size=GROUP)
        writer.close()


def _group(chance, rows: int, categorical: int, weights: np.ndarray, names: list[str]) -> pa.Table:
    x = chance.normal(size=(rows, len(names))).astype(np.float32)
    x[:, :categorical] = chance.integers(0, CATEGORIES, (rows, categorical))
    told = x[:, categorical:] @ weights[categorical:] / 3 + (x[:, :categorical] % 7 == 3) @ weights[:categorical]
    label = (chance.random(rows) < 1 / (1 + np.exp(-told))).astype(np.int32)
    x[chance.random(x.shape) < 0.02] = np.nan
    return pa.table({**{n: x[:, i] for i, n in enumerate(names)}, "label": label})


def measure(root: Path, trainer: str, device: str, rows: int, more: dict[str, str]) -> dict:
    """Runs the training program and times it from its first metric to its last."""
    paths = contract.Paths(root)
    given = {**ROUNDS[trainer], "container": trainer, "device": device, "seed": "1", **more}
    for leftover in (paths.checkpoints / "progress.checkpoint", paths.failure):
        leftover.unlink(missing_ok=True)
    paths.config("hyperparameters.json").write_text(json.dumps(given))
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("train.py"))],
        env={**os.environ, "COALMINE_ML_ROOT": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    seen: dict[int, float] = {}
    final: dict[str, float] = {}
    for line in process.stdout:
        found = re.match(r"metric ([\w@-]+)=(\S+) epoch=(\d+)", line)
        if found:
            seen.setdefault(int(found[3]), time.perf_counter())
            final[found[1]] = float(found[2])
    if process.wait() != 0:
        raise SystemExit(f"{trainer} on {device} ended with {process.returncode}")
    epochs = max(seen)
    # The first epoch also carries what comes before it (starting, compiling for the device): it is not counted.
    between = seen[epochs] - seen[1]
    return {
        "trainer": trainer,
        "device": device,
        "rows": rows,
        "rowsPerSecond": round(rows * (epochs - 1) / between) if epochs > 1 else None,
        "seconds": round(time.perf_counter() - started, 1),
        "auc": final.get("validation-auc"),
    }


def machine() -> dict:
    described = {"processor": platform.machine(), "cores": os.cpu_count()}
    try:
        asked = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
        described["gpus"] = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    except (OSError, subprocess.CalledProcessError):
        described["gpus"] = []
    return {**described, "packages": contract.package_versions(("xgboost", "torch", "numpy", "pyarrow"))}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--features", type=int, default=50)
    options.add_argument("--trainers", nargs="+", choices=sorted(ROUNDS), default=sorted(ROUNDS))
    options.add_argument("--devices", nargs="+", choices=("cpu", "cuda"), default=["cpu"])
    options.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="further hyperparameters")
    asked = options.parse_args()
    more = dict(pair.split("=", 1) for pair in asked.set)
    print(json.dumps(machine()), flush=True)
    with tempfile.TemporaryDirectory(prefix="coalmine-bench-") as folder:
        root = Path(folder)
        generate(root, asked.rows, asked.features)
        for trainer in asked.trainers:
            for device in asked.devices:
                print(json.dumps(measure(root, trainer, device, asked.rows, more)), flush=True)


if __name__ == "__main__":
    main()

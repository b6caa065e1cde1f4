"""Bank Marketing and Adult as jobs, where the data are at hand: in ``COALMINE_DATA``, else beside the repository."""

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
from world import TRAINING, World

ROOT = Path(os.environ.get("COALMINE_DATA", TRAINING.parent.parent / "shared" / "data"))
# Adult's columns and their names: adult.names of the same folder. The call's duration is known only after it.
ADULT = "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,capital_gain,"
ADULT += "capital_loss,hours_per_week,native_country,label"
FILES = {
    "adult": (ROOT / "adult/adult.data", ROOT / "adult/adult.test"),
    "bank_marketing": (ROOT / "bank_marketing/bank-additional-full.csv",),
}


def _adult(file: Path) -> list[dict]:
    names = ADULT.split(",")
    lines = [line.strip().rstrip(".") for line in file.read_text().splitlines() if line.count(",") == len(names) - 1]
    return [dict(zip(names, (part.strip() for part in line.split(",")), strict=True)) for line in lines]


def _bank(file: Path) -> list[dict]:
    with file.open() as stream:
        rows = [{k: v for k, v in row.items() if k != "duration"} for row in csv.DictReader(stream, delimiter=";")]
    return [{**{k: v for k, v in row.items() if k != "y"}, "label": row["y"]} for row in rows]


def splits(name: str) -> tuple[list[dict], list[dict], str]:
    """Training rows, validation rows, and the label that counts as 1.

    Adult has a test file; of Bank Marketing every seventh row validates, as its economy changes over time.
    """
    if name == "adult":
        return _adult(FILES[name][0]), _adult(FILES[name][1]), ">50K"
    rows = _bank(FILES[name][0])
    return [r for i, r in enumerate(rows) if i % 7], rows[::7], "yes"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def real_world(name: str, root: Path) -> World:
    """The dataset as a job: numbers as they are, categories as codes by frequency, ``?`` missing."""
    world = World(root, rows=30)
    train, validation, positive = splits(name)
    names = [n for n in train[0] if n != "label"]
    features, columns = [], {}
    for column in names:
        values = [r[column] for r in train if r[column] != "?"]
        if all(_is_number(v) for v in values):
            features.append({"name": column, "kind": "numeric"})
            columns[column] = lambda v: float(v) if v != "?" else np.nan
        else:
            vocabulary = [v for v, _ in Counter(values).most_common()]
            codes = {v: float(i) for i, v in enumerate(vocabulary)}
            features.append({"name": column, "kind": "categorical", "vocabulary": vocabulary})
            columns[column] = lambda v, codes=codes: np.nan if v == "?" else codes.get(v, -1.0)
    signature = {"model": "sample", "featureSpecHash": "0" * 64, "input": "features", "output": "score"}
    world.write("data/signature/signature.json", {**signature, "features": features})
    for channel, rows in (("train", train), ("validation", validation)):
        read = {n: np.array([columns[n](r[n]) for r in rows], dtype=np.float32) for n in names}
        label = np.array([int(r["label"] == positive) for r in rows], dtype=np.int32)
        entity = [f"{i:016x}" for i in range(len(rows))]
        world.put(channel, pa.table({**read, "label": label, "entity": entity}), 10_000)
    return world

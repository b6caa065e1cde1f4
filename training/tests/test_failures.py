"""Bad input ends with exit code 1 and one readable sentence that says what is wrong and where."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from world import NETWORK, NUMBERS, TREES, signature

CONTAINERS = [pytest.param({**TREES, "container": "xgboost"}, id="xgboost")]
CONTAINERS += [pytest.param({**NETWORK, "container": "pytorch"}, id="pytorch")]


def with_column(name, values):
    return lambda t: t.set_column(t.column_names.index(name), name, values(t))


BAD_DATA = {
    "an empty channel": ("train", lambda t: t.slice(0, 0), "channel train is empty"),
    "a missing column": ("train", lambda t: t.drop_columns(["age"]), "channel train lacks the column age"),
    "a missing label": ("validation", lambda t: t.drop_columns(["label"]), "channel validation lacks the column label"),
    "a column of text": (
        "train",
        with_column("age", lambda t: pa.array(["old"] * len(t))),
        "channel train: column age holds string, not numbers",
    ),
    "an infinite value": (
        "train",
        with_column("age", lambda t: pa.array([np.inf] * len(t))),
        "channel train: column age holds an infinite value",
    ),
    "a label that is no class": (
        "validation",
        with_column("label", lambda t: pc.multiply(t.column("label"), 2)),
        "channel validation has a label that is not 0 or 1 (row ",
    ),
    "a label that is missing": (
        "train",
        with_column("label", lambda t: pa.array([None] * len(t), pa.int32())),
        "channel train has a label that is not 0 or 1 (row 0)",
    ),
    "one class": (
        "train",
        with_column("label", lambda t: pa.array([0] * len(t))),
        "the training rows hold one class only (0 of 3000 are positive)",
    ),
    "nothing but nulls": (
        "train",
        lambda t: pa.table(
            {n: pa.nulls(len(t), pa.float32()) if n in (*NUMBERS, "colour") else t.column(n) for n in t.column_names}
        ),
        "every feature of the training rows is missing",
    ),
}


@pytest.mark.parametrize("hyperparameters", CONTAINERS)
@pytest.mark.parametrize("bad", BAD_DATA)
def test_bad_data_is_refused_with_a_sentence(world, hyperparameters, bad):
    channel, change, sentence = BAD_DATA[bad]
    world.columns(channel, change)
    assert world.main(hyperparameters) == 1
    assert world.failure().startswith(sentence)
    assert not (world.root / "model").exists()


BAD_HYPERPARAMETERS = [
    ({"eta": "7"}, "hyperparameter eta: expected 0 to 1, got 7"),
    ({"eta": "fast"}, "hyperparameter eta: expected a number, got 'fast'"),
    ({"eta": "nan"}, "hyperparameter eta: expected a number, got 'nan'"),
    ({"max_depth": "2.5"}, "hyperparameter max_depth: expected a whole number, got '2.5'"),
    ({"max_depth": ""}, "hyperparameter max_depth: expected a whole number, got ''"),
    ({"depth": "3"}, "hyperparameter depth: not known to this trainer"),
    ({"eta": "0.1", "learning_rate": "0.1"}, "hyperparameter eta: given twice, as eta and as learning_rate"),
    ({"objective": "rank:map"}, "hyperparameter objective: expected binary:logistic or rank:ndcg, got 'rank:map'"),
    ({"eval_metric": "ndcg"}, "hyperparameter eval_metric: expected logloss or auc with binary:logistic, got 'ndcg'"),
    ({"monotone_constraints": "(1,2)"}, "hyperparameter monotone_constraints: expected an object"),
    ({"monotone_constraints": "{'height': 1}"}, "hyperparameter monotone_constraints: expected an object"),
    ({"monotone_constraints": '{"height": 2}'}, "hyperparameter monotone_constraints: expected an object"),
    ({"monotone_constraints": '{"size": 1}'}, "hyperparameter monotone_constraints: 'size' is not a feature"),
    ({"container": "caffe"}, "hyperparameter container: expected xgboost or pytorch, got 'caffe'"),
    ({"container": "pytorch", "hidden": "64,many"}, "hyperparameter hidden: expected a whole number, got 'many'"),
    ({"container": "pytorch", "dropout": "1"}, "hyperparameter dropout: expected 0 to 0.9, got 1"),
    ({"container": "pytorch", "eta": "0.1"}, "hyperparameter eta: not known to this trainer"),
]


@pytest.mark.parametrize(("given", "sentence"), BAD_HYPERPARAMETERS)
def test_a_bad_hyperparameter_is_named_with_what_was_expected(world, given, sentence):
    assert world.main(given) == 1
    assert world.failure().startswith(sentence)


def test_missing_inputs_are_named(world):
    (world.root / "input/data/signature/signature.json").unlink()
    assert world.main(TREES) == 1
    assert world.failure() == "the input data/signature/signature.json is missing"


def test_a_signature_that_is_none_is_refused(world):
    world.write("data/signature/signature.json", {**signature(), "features": [{"name": "age"}]})
    assert world.main(TREES) == 1
    assert world.failure().startswith("signature.json is not a signature")


def test_hyperparameters_that_are_not_strings_are_refused(world):
    assert world.main({"eta": 0.1}) == 1
    assert world.failure() == "hyperparameters.json is not an object of strings"


def test_a_file_that_is_not_parquet_is_named(world):
    (world.root / "input/data/train/zzz.parquet").write_bytes(b"PAR1 but not really")
    assert world.main(TREES) == 1
    assert world.failure().startswith("channel train: zzz.parquet is not a Parquet file")


def test_a_channel_without_files_is_named(world):
    (world.root / "input/data/validation/validation.parquet").unlink()
    assert world.main(TREES) == 1
    assert world.failure().startswith("channel validation holds no Parquet file")


def test_trees_refuse_several_instances(world):
    world.write("config/resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})
    assert world.main(TREES) == 1
    assert world.failure() == "the xgboost container trains on one instance, and the job has 2"


def test_what_nobody_foresaw_still_leaves_a_sentence(world, monkeypatch):
    import contract

    def broken(_paths):
        raise RuntimeError("disk on fire\nand a long trace")

    monkeypatch.setattr(contract, "read_signature", broken)
    assert world.main(TREES) == 1
    assert world.failure() == "unexpected: RuntimeError: disk on fire"


def test_the_failure_also_goes_to_stderr_for_the_log(world):
    code, printed = world.train({"eta": "7"})
    assert code == 1
    assert printed.strip() == "hyperparameter eta: expected 0 to 1, got 7"

"""The PyTorch trainer: streamed data, everything in the graph, and that no interruption shows in the result."""

import numpy as np
import onnx_model
import pytest
import torch
from contract import Interrupted, Paths, read_signature
from data import Channel, profile
from metrics import auc
from pytorch_data import Mixed, ahead, share
from pytorch_network import Network
from pytorch_onnx import to_onnx
from pytorch_parameters import parse_parameters
from world import NETWORK, StopAfter, World, interrupted_at, signature

import pytorch_trainer

LEARNS = {**NETWORK, "container": "pytorch", "epochs": "8", "learning_rate": "0.01"}
# 3000 rows in batches of 256.
STEPS = 12


def scores(model: bytes, features: np.ndarray) -> np.ndarray:
    return onnx_model.session(model).run(["score"], {"features": features})[0]


def channels(world: World) -> tuple:
    paths = Paths(world.root)
    found = read_signature(paths)
    return Channel(paths, "train", found), found


def test_it_writes_the_files_of_the_artifact(world):
    assert world.main({**LEARNS, "epochs": "2"}) == 0
    assert world.json("signature.json") == signature()
    metrics, environment = world.json("metrics.json"), world.json("environment.json")
    assert [e["epoch"] for e in metrics["epochs"]] == [1, 2]
    assert metrics["final"] == metrics["epochs"][metrics["bestEpoch"] - 1]["metrics"]
    assert environment["container"] == "pytorch"
    assert environment["device"] == "cpu"
    assert "torch" in environment["packages"]


def test_the_container_can_come_from_the_environment(world):
    given = {name: value for name, value in LEARNS.items() if name != "container"}
    assert world.main({**given, "epochs": "1"}, COALMINE_CONTAINER="pytorch") == 0
    assert world.json("environment.json")["container"] == "pytorch"


def test_it_learns_what_is_there_to_learn(world):
    assert world.main(LEARNS) == 0
    features, labels = world.rows("validation")
    assert auc(scores(world.model(), features), labels) > 0.82


def test_metrics_are_those_of_the_exported_scores(world):
    assert world.main(LEARNS) == 0
    features, labels = world.rows("validation")
    score = scores(world.model(), features).astype(np.float64)
    final = world.json("metrics.json")["final"]
    assert final["validation-auc"] == pytest.approx(auc(score, labels), abs=1e-5)
    loss = -np.mean(np.where(labels == 1, np.log(score), np.log(1 - score)))
    assert final["validation-logloss"] == pytest.approx(loss, abs=1e-5)


def test_the_same_input_gives_the_same_bytes_and_another_seed_gives_others(world, another):
    assert world.main({**LEARNS, "epochs": "2"}) == another.main({**LEARNS, "epochs": "2"}) == 0
    assert world.model() == another.model()
    assert world.json("metrics.json") == another.json("metrics.json")
    assert another.main({**LEARNS, "epochs": "2", "seed": "3"}) == 0
    assert world.model() != another.model()


@pytest.mark.parametrize("looks", [0, 1, STEPS, STEPS + 5, 3 * STEPS - 1])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(world, another, looks):
    hyperparameters = {**LEARNS, "epochs": "3"}
    assert another.main(hyperparameters) == 0
    with pytest.raises(Interrupted, match=f"stopped after {looks // STEPS} epochs and {looks % STEPS} steps"):
        world.trained(pytorch_trainer, {k: v for k, v in hyperparameters.items() if k != "container"}, StopAfter(looks))
    assert world.main(hyperparameters) == 0
    assert world.model() == another.model()
    assert world.json("metrics.json") == another.json("metrics.json")


def test_sigterm_saves_a_checkpoint_and_ends_with_143(world, another):
    many = {**LEARNS, "epochs": "25", "early_stopping_rounds": "0"}
    code, printed = interrupted_at(world, many, " epoch=1\n")
    assert code == 143, printed
    assert "interrupted: stopped after" in printed
    assert world.failure() is None
    code, printed = world.train(many)
    assert code == 0, printed
    assert "resumed after" in printed
    assert another.main(many) == 0
    assert world.model() == another.model()


def test_early_stopping_exports_the_best_epoch(world):
    stopping = {**LEARNS, "epochs": "60", "learning_rate": "0.05", "early_stopping_rounds": "2"}
    assert world.main(stopping) == 0
    metrics = world.json("metrics.json")
    losses = [e["metrics"]["validation-logloss"] for e in metrics["epochs"]]
    assert metrics["bestEpoch"] == int(np.argmin(losses)) + 1
    assert len(losses) == metrics["bestEpoch"] + 2 < 60


def test_the_learning_rate_rises_and_falls(world):
    channel, found = channels(world)
    p = parse_parameters({"epochs": "10", "batch_size": "300", "warmup": "0.2", "learning_rate": "0.5"})
    from pytorch_processes import Crew

    training = pytorch_trainer.Training(p, Crew(False), found, profile(channel), channel)
    rates = [training.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.5 / 20)
    assert max(rates) == rates[19] == rates[20] == 0.5
    assert rates[60] == pytest.approx(0.25)
    assert 0 < rates[-1] < 0.001


def test_unseen_missing_odd_and_infinite_values_score_as_in_the_network(world):
    """Validation rows need not hold these, so they are compared here."""
    channel, found = channels(world)
    p = parse_parameters({"hidden": "16,8"})
    torch.manual_seed(3)
    network = Network(found, profile(channel), p).eval()
    with torch.no_grad():
        network.table.weight.normal_()
    odd = [-1, -2, 0, 3, 4, 99, 1e9, 0.5, np.nan, np.inf, -np.inf]
    numbers = [0, 50, -1e30, 1e30, np.nan, np.inf, -np.inf]
    rows = np.array([[n, 50, np.nan, c] for n in numbers for c in odd], dtype=np.float32)
    with torch.no_grad():
        expected = torch.sigmoid(network(torch.from_numpy(rows))).numpy()
    found_scores = scores(to_onnx(network, 4), rows)
    assert np.isfinite(found_scores).all()
    np.testing.assert_allclose(found_scores, expected, atol=1e-6)
    by_code = dict(zip(map(str, odd), found_scores[: len(odd)], strict=True))
    assert by_code["-1"] == by_code["-2"] == by_code["4"] == by_code["99"] == by_code["inf"]
    assert len({by_code["-1"], by_code["nan"], by_code["0"], by_code["3"]}) == 4


@pytest.mark.parametrize("kept", ["numeric", "categorical"])
def test_a_model_of_one_kind_of_feature_trains(world, kept):
    only = {**signature(), "features": [f for f in signature()["features"] if f["kind"] == kept]}
    world.write("data/signature/signature.json", only)
    assert world.main({**LEARNS, "epochs": "1"}) == 0


def test_an_export_that_differs_fails_the_job(world, monkeypatch):
    import pytorch_onnx

    monkeypatch.setattr(pytorch_onnx, "FARTHEST", 0.5)
    assert world.main({**LEARNS, "epochs": "1"}) == 1
    assert world.failure().startswith("the exported model differs from the trained one by ")
    assert not (world.root / "model").exists()


def test_each_row_comes_once_an_epoch_in_another_order(world):
    channel, _ = channels(world)
    mixed = Mixed(channel, 256, 2, seed=4)
    first, second, again = ([b.features for b in mixed.epoch(e)] for e in (0, 1, 0))
    assert [len(b) for b in first] == [256] * 11 + [3000 - 11 * 256]
    assert mixed.steps == len(first)
    everything = channel.whole().features
    for epoch in (first, second):
        rows = np.concatenate(epoch)
        np.testing.assert_array_equal(np.sort(rows, axis=0), np.sort(everything, axis=0))
    assert not np.array_equal(first[0], second[0], equal_nan=True)
    np.testing.assert_array_equal(first[5], again[5])
    np.testing.assert_array_equal(next(mixed.epoch(0, skip=5)).features, first[5])


def test_no_more_row_groups_are_in_memory_than_asked_for(world):
    """Ninety days go through as seven do: what is read at a time does not grow with the dataset."""
    read = []

    class Watched(Channel):
        def read(self, group, entities=False):
            read.append(group.index)
            return super().read(group, entities)

    paths = Paths(world.root)
    world.columns("train", lambda t: t.slice(0, 3000))
    channel = Watched(paths, "train", read_signature(paths))
    batches = Mixed(channel, 100, 1, seed=1).epoch(0)
    next(batches)
    assert len(channel.groups) == 3
    assert len(read) == 1


def test_processes_share_each_batch_without_overlap(world):
    channel, _ = channels(world)
    batch = next(Mixed(channel, 101, 1, seed=1).epoch(0))
    parts = [share(batch, rank, 3).features for rank in range(3)]
    assert [len(p) for p in parts] == [34, 34, 33]
    np.testing.assert_array_equal(
        np.sort(np.concatenate(parts), axis=0), np.sort(batch.features, axis=0)
    )


def test_an_error_while_reading_ahead_reaches_the_reader():
    def items():
        yield 1
        raise ValueError("unreadable")

    got = ahead(items())
    assert next(got) == 1
    with pytest.raises(ValueError, match="unreadable"):
        next(got)


def test_reading_ahead_ends_when_the_reader_leaves():
    import itertools
    import threading

    before = threading.active_count()
    endless = ahead(itertools.count())
    assert next(endless) == 0
    endless.close()
    assert threading.active_count() == before


def test_a_gpu_that_is_not_there_is_told(world, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert world.main({**LEARNS, "device": "cuda"}) == 1
    assert world.failure().startswith("hyperparameter device: cuda was asked for")


@pytest.mark.gpu
def test_on_a_gpu_it_learns_as_on_the_cpu(world, another):
    assert world.main({**LEARNS, "device": "cuda"}) == another.main(LEARNS) == 0
    assert world.json("environment.json")["device"] == "cuda"
    areas = [w.json("metrics.json")["final"]["validation-auc"] for w in (world, another)]
    assert areas[0] == pytest.approx(areas[1], abs=0.01)


@pytest.mark.gpu
def test_on_a_gpu_an_interrupted_training_ends_as_well_as_an_uninterrupted_one(world, another):
    """Sums on a GPU have no fixed order: the models agree in what they predict, not in every bit."""
    gpu = {**LEARNS, "device": "cuda"}
    assert another.main(gpu) == 0
    with pytest.raises(Interrupted):
        world.trained(pytorch_trainer, {k: v for k, v in gpu.items() if k != "container"}, StopAfter(20))
    assert world.main(gpu) == 0
    areas = [w.json("metrics.json")["final"]["validation-auc"] for w in (world, another)]
    assert areas[0] == pytest.approx(areas[1], abs=0.01)

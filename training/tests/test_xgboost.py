"""The XGBoost trainer: what it writes, that it repeats itself, and that no interruption shows in the result."""

import json

import numpy as np
import onnx_model
import pytest
import xgboost_trainer
from contract import Interrupted
from data import Batch
from metrics import auc
from world import TREES, StopAfter, World, interrupted_at, signature
from xgboost_data import by_query

SAMPLED = {**TREES, "subsample": "0.7", "colsample_bytree": "0.7", "seed": "5"}


def scores(model: bytes, features: np.ndarray) -> np.ndarray:
    return onnx_model.session(model).run(["score"], {"features": features})[0]


def test_it_writes_the_files_of_the_artifact(world):
    assert world.main({**TREES, "container": "xgboost"}) == 0
    assert world.failure() is None
    assert world.json("signature.json") == signature()
    metrics, environment = world.json("metrics.json"), world.json("environment.json")
    assert [e["epoch"] for e in metrics["epochs"]] == list(range(1, 31))
    assert metrics["bestEpoch"] == 30
    assert metrics["final"] == metrics["epochs"][29]["metrics"]
    assert environment["container"] == "xgboost"
    assert environment["hyperparameters"]["num_round"] == "30"
    assert {"python", "xgboost", "onnx"} <= environment["packages"].keys()


def test_it_prints_one_line_a_metric(world, capsys):
    assert world.main({**TREES, "num_round": "2"}) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("metric ")]
    names = [line.split("=")[0].removeprefix("metric ") for line in lines]
    assert names == ["train-logloss", "validation-logloss", "validation-auc"] * 2
    assert lines[3].endswith(" epoch=2")


def test_it_learns_what_is_there_to_learn(world):
    assert world.main({**TREES, "num_round": "60"}) == 0
    features, labels = world.rows("validation")
    assert auc(scores(world.model(), features), labels) > 0.82


def test_metrics_are_those_of_the_exported_scores(world):
    assert world.main(TREES) == 0
    features, labels = world.rows("validation")
    score = scores(world.model(), features).astype(np.float64)
    final = world.json("metrics.json")["final"]
    assert final["validation-auc"] == pytest.approx(auc(score, labels), abs=1e-6)
    loss = -np.mean(np.where(labels == 1, np.log(score), np.log(1 - score)))
    assert final["validation-logloss"] == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize("hyperparameters", [TREES, SAMPLED])
def test_the_same_input_gives_the_same_bytes(world, another, hyperparameters):
    assert world.main(hyperparameters) == another.main(hyperparameters) == 0
    assert world.model() == another.model()
    assert world.json("metrics.json") == another.json("metrics.json")


def test_another_seed_gives_another_model(world, another):
    assert world.main(SAMPLED) == another.main({**SAMPLED, "seed": "6"}) == 0
    assert world.model() != another.model()


def test_early_stopping_exports_the_best_round(world):
    stopping = {**TREES, "num_round": "400", "eta": "0.5", "early_stopping_rounds": "5"}
    assert world.main(stopping) == 0
    metrics = world.json("metrics.json")
    losses = [e["metrics"]["validation-logloss"] for e in metrics["epochs"]]
    assert metrics["bestEpoch"] == int(np.argmin(losses)) + 1
    assert len(losses) == metrics["bestEpoch"] + 5


def test_early_stopping_can_watch_the_auc(world):
    stopping = {**TREES, "num_round": "400", "eta": "0.5", "early_stopping_rounds": "5", "eval_metric": "auc"}
    assert world.main(stopping) == 0
    metrics = world.json("metrics.json")
    areas = [e["metrics"]["validation-auc"] for e in metrics["epochs"]]
    assert metrics["bestEpoch"] == int(np.argmax(areas)) + 1


@pytest.mark.parametrize("form", ['{"height": 1, "weight": -1}', "(1,-1,0,0)"])
def test_monotone_constraints_hold_everywhere(world, form):
    assert world.main({**TREES, "monotone_constraints": form}) == 0
    height, weight = np.meshgrid(np.linspace(0, 100, 60), np.linspace(0, 100, 60))
    grid = np.column_stack([height.ravel(), weight.ravel(), np.full(3600, 50), np.full(3600, 2)]).astype(np.float32)
    surface = scores(world.model(), grid).reshape(60, 60)
    assert (np.diff(surface, axis=1) >= 0).all()
    assert (np.diff(surface, axis=0) <= 0).all()


def test_without_constraints_the_same_data_are_not_monotone(world):
    assert world.main(TREES) == 0
    line = np.column_stack([np.linspace(0, 100, 400), np.full(400, 50), np.full(400, 50), np.full(400, 2)])
    assert (np.diff(scores(world.model(), line.astype(np.float32))) < 0).any()


@pytest.mark.parametrize("rounds", [0, 1, 12, 29])
@pytest.mark.parametrize("hyperparameters", [TREES, SAMPLED], ids=["all rows", "sampled"])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(world, another, hyperparameters, rounds):
    assert another.main(hyperparameters) == 0
    with pytest.raises(Interrupted, match=f"stopped after {rounds} rounds"):
        world.trained(xgboost_trainer, hyperparameters, StopAfter(rounds))
    assert world.main(hyperparameters) == 0
    assert world.model() == another.model()
    assert world.json("metrics.json") == another.json("metrics.json")


def test_sigterm_saves_a_checkpoint_and_ends_with_143(world, another):
    many = {**SAMPLED, "num_round": "600", "eta": "0.01"}
    code, printed = interrupted_at(world, many, " epoch=3\n")
    assert code == 143, printed
    assert "interrupted: stopped after" in printed
    assert world.failure() is None
    assert not (world.root / "model").exists()
    code, printed = world.train(many)
    assert code == 0
    assert "resumed after" in printed
    assert another.main(many) == 0
    assert world.model() == another.model()


def test_a_killed_training_goes_on_from_its_last_checkpoint(world, another):
    many = {**SAMPLED, "num_round": "300", "eta": "0.01", "checkpoint_rounds": "10"}
    process = world.start(many)
    for line in process.stdout:
        if " epoch=25\n" in line:
            process.kill()
            break
    process.communicate()
    code, printed = world.train(many)
    assert code == 0
    resumed = int(printed.split("resumed after ")[1].split()[0])
    assert resumed >= 20
    assert resumed % 10 == 0
    assert another.main(many) == 0
    assert world.model() == another.model()


def test_a_checkpoint_of_other_hyperparameters_is_not_used(world, another):
    assert world.main({**TREES, "checkpoint_rounds": "5"}) == 0
    changed = {**TREES, "checkpoint_rounds": "5", "eta": "0.1"}
    code, printed = world.train(changed)
    assert code == 0
    assert "belongs to other data or hyperparameters: starting anew" in printed
    assert another.main(changed) == 0
    assert world.model() == another.model()


def test_a_broken_checkpoint_is_told_and_not_used(world):
    assert world.main({**TREES, "checkpoint_rounds": "5"}) == 0
    file = world.root / "checkpoints/progress.checkpoint"
    file.write_bytes(file.read_bytes()[:-10])
    before = world.model()
    code, printed = world.train({**TREES, "checkpoint_rounds": "5"})
    assert code == 0
    assert "the checkpoint cannot be read: starting anew" in printed
    assert world.model() == before


def test_boosting_made_anew_at_checkpoints_resumes_to_the_same_trees(world):
    """The way of GPUs, taken here on the CPU: every checkpoint reloads, an interruption goes back to the last one."""
    whole = _boosted_anew(world, interrupt_after=None)
    assert _boosted_anew(world, interrupt_after=17) == whole


def _boosted_anew(world: World, interrupt_after: int | None) -> bytes:
    from contract import Paths, read_signature
    from data import Channel
    from xgboost_parameters import parse_parameters
    from xgboost_trainer import _prepared

    paths = Paths(world.root)
    p = parse_parameters({**SAMPLED, "num_round": "30", "checkpoint_rounds": "10"}, read_signature(paths))

    def prepared():
        train, validation = (Channel(paths, name, read_signature(paths)) for name in ("train", "validation"))
        boosting = _prepared(p, train, validation, "cpu", True)
        boosting._anew = True
        return boosting

    boosting = prepared()
    while not boosting.finished:
        if len(boosting.epochs) == interrupt_after:
            kept = boosting.interrupt()
            assert len(kept.epochs) == 10
            boosting = prepared()
            boosting.resume(kept)
            interrupt_after = None
        if boosting.round()["epoch"] % 10 == 0:
            boosting.keep()
    return bytes(boosting.booster.save_raw("ubj"))


def test_each_tree_uses_only_the_columns_that_were_drawn(world):
    """A third of four columns is one a tree; the draw is of the seed and the round, not of XGBoost."""
    import onnx

    assert world.main({**TREES, "colsample_bytree": "0.34", "max_depth": "2"}) == 0
    ensemble = onnx.load_from_string(world.model()).graph.node[0]
    a = {attribute.name: list(onnx.helper.get_attribute_value(attribute) or []) for attribute in ensemble.attribute
         if attribute.name in ("nodes_treeids", "nodes_featureids", "nodes_modes")}
    used: dict[int, set[int]] = {}
    for tree, feature, mode in zip(a["nodes_treeids"], a["nodes_featureids"], a["nodes_modes"], strict=True):
        if mode != b"LEAF":
            used.setdefault(tree, set()).add(feature)
    assert all(len(features) == 1 for features in used.values())
    assert len(set.union(*used.values())) == 4


def test_ranking_learns_the_order_within_an_entity(tmp_path):
    world = World(tmp_path / "ml", entities=300)
    ranking = {**TREES, "objective": "rank:ndcg", "eval_metric": "ndcg@5", "subsample": "0.8", "num_round": "20"}
    assert world.main(ranking) == 0
    epochs = world.json("metrics.json")["epochs"]
    assert max(e["metrics"]["validation-ndcg@5"] for e in epochs) > 0.8
    features, labels = world.rows("validation")
    score = scores(world.model(), features)
    assert auc(score, labels) > 0.75
    assert score.min() < 0, "a margin, not a probability"


def test_ranking_without_lists_is_refused(world):
    def alone(table):
        entities = [f"{i:016x}" for i in range(len(table))]
        return table.set_column(table.column_names.index("entity"), "entity", [entities])

    world.columns("train", alone)
    assert world.main({**TREES, "objective": "rank:ndcg"}) == 1
    assert world.failure() == "no entity of the training rows has two rows: there is nothing to rank"


def test_rows_of_a_query_come_together_in_their_old_order():
    batch = Batch(np.arange(5, dtype=np.float32)[:, None], np.zeros(5), np.array(["b", "a", "b", "c", "a"]))
    rows, query = by_query(batch)
    assert rows.features[:, 0].tolist() == [1, 4, 0, 2, 3]
    assert query.tolist() == [0, 0, 1, 1, 2]


def test_the_size_of_row_groups_only_changes_the_cuts(world, another):
    """Data are streamed by row group; the sketch of the bins may differ, what is learned may not."""
    features, labels = world.rows("validation")
    another.columns("train", lambda t: t)
    assert world.main(TREES) == another.main(TREES) == 0
    areas = [auc(scores(w.model(), features), labels) for w in (world, another)]
    assert areas[0] == pytest.approx(areas[1], abs=0.01)


def test_a_gpu_that_is_not_there_is_told(world, monkeypatch):
    monkeypatch.setattr(xgboost_trainer, "_gpu_is_there", lambda: False)
    assert world.main({**TREES, "device": "cuda"}) == 1
    assert world.failure().startswith("hyperparameter device: cuda was asked for")


@pytest.mark.gpu
@pytest.mark.parametrize("hyperparameters", [TREES, SAMPLED], ids=["all rows", "sampled"])
def test_on_a_gpu_an_interrupted_training_ends_as_an_uninterrupted_one(world, another, hyperparameters):
    gpu = {**hyperparameters, "device": "cuda", "checkpoint_rounds": "10"}
    assert another.main(gpu) == 0
    assert another.json("environment.json")["device"] == "cuda"
    with pytest.raises(Interrupted):
        world.trained(xgboost_trainer, gpu, StopAfter(15))
    assert world.main(gpu) == 0
    assert world.model() == another.model()


@pytest.mark.gpu
def test_on_a_gpu_it_learns_as_on_the_cpu(world, another):
    assert world.main({**TREES, "device": "cuda"}) == another.main(TREES) == 0
    areas = [json.loads((w.root / "model/metrics.json").read_text())["final"]["validation-auc"] for w in (world, another)]
    assert areas[0] == pytest.approx(areas[1], abs=0.005)

"""Several processes train one network: on the CPU with gloo, as on GPUs with NCCL."""

import socket

import numpy as np
import onnx_model
import pytest
import torch
from world import NETWORK, World, interrupted_at

# Masks of dropout are drawn by each process for its own rows, so equality is asked without it.
LEARNS = {**NETWORK, "container": "pytorch", "epochs": "3", "learning_rate": "0.01", "dropout": "0"}


def scores(world: World) -> np.ndarray:
    features, _ = world.rows("validation")
    return onnx_model.session(world.model()).run(["score"], {"features": features})[0]


def test_two_processes_learn_what_one_learns_on_the_same_global_batch(world, another):
    code, printed = world.train({**LEARNS, "processes": "2"})
    assert code == 0, printed
    assert "on 2 cpu" in printed
    assert printed.count("metric validation-auc=") == 3, "rank 0 alone prints"
    assert another.main(LEARNS) == 0
    np.testing.assert_allclose(scores(world), scores(another), atol=2e-5)
    found, expected = (w.json("metrics.json")["final"] for w in (world, another))
    assert found == pytest.approx(expected, abs=1e-4)


def test_an_interruption_reaches_all_processes_and_does_not_show_in_the_result(world, another):
    # 1400 steps: SIGTERM passes through torchrun, which took 3 s on a busy machine, as long as 30 epochs of large batches.
    many = {**LEARNS, "epochs": "30", "batch_size": "64", "early_stopping_rounds": "0"}
    code, printed = interrupted_at(world, {**many, "processes": "2"}, " epoch=1\n")
    assert code == 143, printed
    assert world.failure() is None
    assert (world.root / "checkpoints/progress.checkpoint").exists()
    code, printed = world.train({**many, "processes": "2"})
    assert code == 0, printed
    assert "resumed after" in printed
    assert another.main(many) == 0
    np.testing.assert_allclose(scores(world), scores(another), atol=1e-3)


def test_two_hosts_train_together_and_the_first_writes_the_model(world, another):
    """Two hosts of one job, here two addresses of one machine, each with its own folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    hosts = ["127.0.0.1", "127.0.0.2"]
    for host, root in zip(hosts, (world, another), strict=True):
        config = {"current_host": host, "hosts": hosts, "network_interface_name": "lo"}
        root.write("config/resourceconfig.json", config)
    started = [w.start(LEARNS, MASTER_PORT=port) for w in (world, another)]
    printed = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], printed
    assert "on 2 cpu" in printed[0]
    assert "metric" not in printed[1]
    assert not (another.root / "model").exists()
    assert world.json("metrics.json")["bestEpoch"] >= 1


def test_the_sentence_of_a_failed_process_is_the_sentence_of_the_job(world):
    world.columns("validation", lambda t: t.drop_columns(["age"]))
    code, printed = world.train({**LEARNS, "processes": "2"})
    assert code == 1, printed
    assert world.failure() == "channel validation lacks the column age"


@pytest.mark.gpu
def test_all_gpus_of_the_host_train_together(world):
    code, printed = world.train({**LEARNS, "device": "cuda"})
    assert code == 0, printed
    assert f"on {torch.cuda.device_count()} cuda" in printed

"""The embedded trainer of the rehearsal and XGBoost learn alike from real data with equal hyperparameters."""

import os
import subprocess

import pytest
from real_data import FILES, ROOT, real_world
from world import TRAINING, World

REPOSITORY = TRAINING.parent
NODE = REPOSITORY / "node_modules/.bin/node"
EMBEDDED = REPOSITORY / "local/trainer/main.ts"
SETTINGS = {
    "depth 6": {"num_round": "100", "eta": "0.1", "max_depth": "6", "min_child_weight": "5"},
    "depth 4, sampled": {"num_round": "200", "eta": "0.1", "max_depth": "4", "subsample": "0.8", "colsample_bytree": "0.8"},
}


def validation_auc(world: World) -> float:
    return world.json("metrics.json")["final"]["validation-auc"]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", FILES)
def test_the_embedded_trainer_is_as_good_as_xgboost(tmp_path, name, settings):
    if not all(file.exists() for file in FILES[name]):
        pytest.skip(f"the dataset {name} is not in {ROOT} (set COALMINE_DATA)")
    if not NODE.exists():
        pytest.skip("the embedded trainer needs Node: run npm ci first")
    world = real_world(name, tmp_path / "ml")
    assert world.main({**SETTINGS[settings], "nthread": "2", "device": "cpu"}) == 0, world.failure()
    by_xgboost = validation_auc(world)
    world.write("config/hyperparameters.json", SETTINGS[settings])
    environment = {**os.environ, "COALMINE_ML_ROOT": str(world.root)}
    subprocess.run([NODE, EMBEDDED], env=environment, check=True, capture_output=True)
    assert world.json("environment.json")["container"] == "embedded"
    by_embedded = validation_auc(world)
    print(f"{name}, {settings}: XGBoost {by_xgboost:.4f}, embedded {by_embedded:.4f}")
    assert by_embedded == pytest.approx(by_xgboost, abs=0.005)
    assert by_xgboost > 0.75

"""A booster as ONNX: TreeEnsembleRegressor, flattened to ``score`` [N]."""

import json
import math

import numpy as np
import xgboost as xgb
from onnx import helper

import onnx_model


def base_margin(model: dict, logistic: bool) -> float:
    """Log-odds before the first tree. XGBoost keeps a probability for logistic loss, and since 3.1 a list of them."""
    text = model["learner"]["learner_model_param"]["base_score"]
    score = float(text.strip("[]").split(",")[0])
    return math.log(score / (1 - score)) if logistic else score


def to_onnx(booster: xgb.Booster, features: int, logistic: bool) -> bytes:
    """Exactly the booster's trees: ``x < threshold`` goes left, and NaN, which fails every comparison, goes the
    learned way by ``nodes_missing_value_tracks_true``. A probability for logistic loss; for ranking the margin itself,
    of which only the order means something (a sigmoid would round the best of a list to the same float32).
    """
    model = json.loads(booster.save_raw("json"))
    trees = model["learner"]["gradient_booster"]["model"]["trees"]
    attributes = _tree_attributes(trees)
    ensemble = helper.make_node(
        "TreeEnsembleRegressor",
        [onnx_model.INPUT],
        ["column"],
        name="trees",
        domain="ai.onnx.ml",
        **attributes,
        base_values=[base_margin(model, logistic)],
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
    )
    flat = onnx_model.tensor("flat", np.array([-1], dtype=np.int64))
    flatten = helper.make_node(
        "Reshape", ["column", "flat"], ["margin" if logistic else onnx_model.OUTPUT], name="flatten"
    )
    nodes = [ensemble, flatten]
    if logistic:
        nodes.append(helper.make_node("Sigmoid", ["margin"], [onnx_model.OUTPUT], name="logistic"))
    return onnx_model.build("boosted-trees", features, nodes, [flat])


def _tree_attributes(trees: list[dict]) -> dict[str, list]:
    a: dict[str, list] = {
        "nodes_treeids": [],
        "nodes_nodeids": [],
        "nodes_featureids": [],
        "nodes_values": [],
        "nodes_modes": [],
        "nodes_truenodeids": [],
        "nodes_falsenodeids": [],
        "nodes_missing_value_tracks_true": [],
        "target_treeids": [],
        "target_nodeids": [],
        "target_ids": [],
        "target_weights": [],
    }
    for t, tree in enumerate(trees):
        for n, left in enumerate(tree["left_children"]):
            leaf = left == -1
            a["nodes_treeids"].append(t)
            a["nodes_nodeids"].append(n)
            a["nodes_featureids"].append(0 if leaf else tree["split_indices"][n])
            a["nodes_values"].append(0.0 if leaf else tree["split_conditions"][n])
            a["nodes_modes"].append("LEAF" if leaf else "BRANCH_LT")
            a["nodes_truenodeids"].append(0 if leaf else left)
            a["nodes_falsenodeids"].append(0 if leaf else tree["right_children"][n])
            a["nodes_missing_value_tracks_true"].append(0 if leaf else tree["default_left"][n])
            if leaf:
                a["target_treeids"].append(t)
                a["target_nodeids"].append(n)
                a["target_ids"].append(0)
                # The value of a leaf, learning rate included, is kept where a branch keeps its threshold.
                a["target_weights"].append(tree["split_conditions"][n])
    return a

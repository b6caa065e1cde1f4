"""Hyperparameters of the XGBoost trainer, named and meant as XGBoost names and means them."""

import json
import re

from contract import Signature, TrainingError
from hyperparameters import Choice, Number, Text, Whole, parse

# Defaults and ranges: https://xgboost.readthedocs.io/en/stable/parameter.html. Not here: what draws chance inside of
# XGBoost (colsample_bylevel, colsample_bynode), as no checkpoint holds the state of its samplers.
KNOWN = {
    "objective": Choice(("binary:logistic", "rank:ndcg")),
    "eta": Number(0.3, 0, 1),
    "max_depth": Whole(6, 1, 16),
    "num_round": Whole(100, 1, 10_000),
    "min_child_weight": Number(1, 0, 1e9),
    "lambda": Number(1, 0, 1e9),
    "alpha": Number(0, 0, 1e9),
    "gamma": Number(0, 0, 1e9),
    "subsample": Number(1, 1e-3, 1),
    "colsample_bytree": Number(1, 1e-3, 1),
    "max_bin": Whole(255, 2, 255),
    "scale_pos_weight": Number(1, 1e-6, 1e6),
    "base_score": Number(None, 1e-6, 1 - 1e-6),
    "monotone_constraints": Text(),
    "lambdarank_num_pair_per_sample": Whole(8, 1, 1000),
    "seed": Whole(0, 0, 2**31 - 1),
    "early_stopping_rounds": Whole(0, 0, 10_000),
    "eval_metric": Choice(("", "logloss", "auc", "ndcg", "ndcg@5", "ndcg@10")),
    "checkpoint_rounds": Whole(25, 1, 10_000),
    "device": Choice(("auto", "cpu", "cuda")),
    "nthread": Whole(0, 0, 1024),
    "tree_method": Choice(("hist", "auto")),
    "verbosity": Whole(1, 0, 3),
}
ALIASES = {
    "learning_rate": "eta",
    "reg_lambda": "lambda",
    "reg_alpha": "alpha",
    "min_split_loss": "gamma",
    "n_estimators": "num_round",
    "num_boost_round": "num_round",
}
# Metrics of each objective; the first is what early stopping watches when nothing is said.
METRICS = {"binary:logistic": ("logloss", "auc"), "rank:ndcg": ("ndcg", "ndcg@5", "ndcg@10")}


def parse_parameters(given: dict[str, str], signature: Signature) -> dict:
    """Checked values by name. Raises TrainingError naming the parameter, its range and the value."""
    p = parse(given, KNOWN, ALIASES)
    allowed = METRICS[p["objective"]]
    p["eval_metric"] = p["eval_metric"] or allowed[0]
    if p["eval_metric"] not in allowed:
        raise TrainingError(
            f"hyperparameter eval_metric: expected {' or '.join(allowed)} with {p['objective']}, got '{p['eval_metric']}'"
        )
    p["monotone_constraints"] = monotone(p["monotone_constraints"], [f.name for f in signature.features])
    return p


def monotone(text: str, names: list[str]) -> list[int]:
    """A direction (-1, 0, 1) for each feature, or nothing.

    XGBoost's two forms: an object by name, ``{"amount": 1}``, and a list by order, ``(1,0,-1)``.
    """
    if text == "":
        return []
    wrong = TrainingError(
        f"hyperparameter monotone_constraints: expected an object of -1, 0 and 1 by feature or "
        f"{len(names)} of them in parentheses, got '{text}'"
    )
    if text.startswith("{"):
        try:
            directions = json.loads(text)
        except ValueError:
            raise wrong from None
        unknown = [name for name in directions if name not in names]
        if unknown:
            raise TrainingError(f"hyperparameter monotone_constraints: '{unknown[0]}' is not a feature of the model")
        found = [directions.get(name, 0) for name in names]
    else:
        if not re.fullmatch(r"[(\[][-0-9, ]+[)\]]", text):
            raise wrong
        found = [int(part) if re.fullmatch(r" *-?\d+ *", part) else None for part in text[1:-1].split(",")]
    if len(found) != len(names) or any(type(d) is not int or d not in (-1, 0, 1) for d in found):
        raise wrong
    return found


def booster_parameters(p: dict, device: str, base_score: float) -> list[tuple[str, object]]:
    """What XGBoost is told. Sampling is ours, see ``sampling``: XGBoost itself uses every row it has a weight for."""
    passed = ("objective", "eta", "max_depth", "min_child_weight", "lambda", "alpha", "gamma", "max_bin", "verbosity")
    told: list[tuple[str, object]] = [(name, p[name]) for name in passed]
    told += [("eval_metric", name) for name in METRICS[p["objective"]]]
    told += [("tree_method", "hist"), ("device", device), ("seed", p["seed"]), ("base_score", base_score)]
    if p["nthread"]:
        told.append(("nthread", p["nthread"]))
    if p["objective"] == "binary:logistic":
        told.append(("scale_pos_weight", p["scale_pos_weight"]))
    else:
        told += [
            ("lambdarank_pair_method", "topk"),
            ("lambdarank_num_pair_per_sample", p["lambdarank_num_pair_per_sample"]),
        ]
    if p["monotone_constraints"]:
        told.append(("monotone_constraints", f"({','.join(map(str, p['monotone_constraints']))})"))
    return told

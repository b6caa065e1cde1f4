"""Rows for XGBoost: streamed into bins for classification, whole and sorted by query for ranking."""

from dataclasses import dataclass

import numpy as np
import xgboost as xgb

from contract import TrainingError
from data import Batch, Channel


class _Rows(xgb.DataIter):
    """Row groups, one after the other; XGBoost keeps their bins (a byte a value) and lets the rows go."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._at = 0
        super().__init__()

    def next(self, input_data) -> bool:
        if self._at == len(self._channel.groups):
            return False
        batch = self._channel.read(self._channel.groups[self._at])
        self._at += 1
        input_data(data=batch.features, label=batch.labels)
        return True

    def reset(self) -> None:
        self._at = 0


@dataclass(frozen=True)
class Matrices:
    train: xgb.DMatrix
    validation: xgb.DMatrix
    weights: int
    """Weights that the training matrix takes: one a row, or one a query."""


def streamed(train: Channel, validation: Channel, p: dict) -> Matrices:
    kept = {"max_bin": p["max_bin"], "nthread": p["nthread"] or None}
    matrix = xgb.QuantileDMatrix(_Rows(train), **kept)
    return Matrices(matrix, xgb.QuantileDMatrix(_Rows(validation), ref=matrix, **kept), train.rows)


def by_query(batch: Batch) -> tuple[Batch, np.ndarray]:
    """Rows sorted by entity, in their old order within one, and the number of each row's query."""
    _, query = np.unique(batch.entities.astype(str), return_inverse=True)
    order = np.argsort(query, kind="stable")
    return Batch(batch.features[order], batch.labels[order]), query[order]


def ranked(train: Channel, validation: Channel, p: dict) -> Matrices:
    """A query is what one entity was shown. Raises TrainingError where no query has two rows to put in order."""
    kept = {"max_bin": p["max_bin"], "nthread": p["nthread"] or None}
    rows, query = by_query(train.whole(entities=True))
    queries = int(query[-1]) + 1
    if queries == len(query):
        raise TrainingError("no entity of the training rows has two rows: there is nothing to rank")
    matrix = xgb.QuantileDMatrix(rows.features, rows.labels, qid=query, **kept)
    held, held_query = by_query(validation.whole(entities=True))
    other = xgb.QuantileDMatrix(held.features, held.labels, qid=held_query, ref=matrix, **kept)
    return Matrices(matrix, other, queries)

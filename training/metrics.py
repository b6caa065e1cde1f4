"""Metrics of scores in log-odds, as the embedded trainer defines them."""

import numpy as np


def log_loss(margins: np.ndarray, labels: np.ndarray) -> float:
    """Mean log loss; exact for large margins (log1p form)."""
    m = margins.astype(np.float64)
    return float(np.mean(np.log1p(np.exp(-np.abs(m))) + np.maximum(m, 0) - m * labels))


def auc(margins: np.ndarray, labels: np.ndarray) -> float:
    """ROC AUC as the share of (positive, negative) pairs in the right order, ties half (Mann-Whitney U).

    NaN where one class is missing.
    """
    positive, negative = np.sort(margins[labels == 1]), np.sort(margins[labels != 1])
    if len(positive) == 0 or len(negative) == 0:
        return float("nan")
    below = np.searchsorted(negative, positive, side="left")
    up_to = np.searchsorted(negative, positive, side="right")
    return float((below + up_to).sum() / 2 / (len(positive) * len(negative)))

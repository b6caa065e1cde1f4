"""Row and column sampling that depends on the seed and the round alone.

XGBoost's own samplers are seeded once and keep their state over the rounds, and a saved booster does not hold that
state: with them, a resumed training would draw otherwise than an uninterrupted one. So rows are sampled by weights of
0 and 1, and columns by feature weights, set anew before each round.
"""

import numpy as np
import xgboost as xgb


class Sampler:
    """Draws for each round and hands the draw to the matrix."""

    def __init__(self, matrix: xgb.DMatrix, weights: int, features: int, p: dict) -> None:
        """``weights`` is the number of rows, or of queries in ranking, where XGBoost weighs whole queries."""
        self._matrix = matrix
        self._weights = weights
        self._features = features
        self._share = p["subsample"]
        self._seed = p["seed"]
        # As XGBoost rounds: down, and one at least.
        self._wanted = max(1, int(p["colsample_bytree"] * features))

    @property
    def parameters(self) -> list[tuple[str, object]]:
        """Half a column above the number, so that no rounding of the share asks for one fewer."""
        if self._wanted == self._features:
            return []
        return [("colsample_bytree", (self._wanted + 0.5) / self._features)]

    def draw(self, epoch: int) -> None:
        chance = np.random.default_rng((self._seed, epoch))
        if self._share < 1:
            taken = chance.random(self._weights, dtype=np.float32) < self._share
            # A draw of nothing would leave a tree without rows: then the first takes part.
            taken[0] |= not taken.any()
            self._matrix.set_weight(taken.astype(np.float32))
        if self._wanted < self._features:
            weights = np.zeros(self._features, dtype=np.float32)
            weights[chance.choice(self._features, self._wanted, replace=False)] = 1
            self._matrix.set_info(feature_weights=weights)

    def all_rows(self) -> None:
        """Metrics are of all rows."""
        if self._share < 1:
            self._matrix.set_weight(np.ones(self._weights, dtype=np.float32))

"""The network: embeddings of categories and standardised numbers into a multilayer perceptron."""

import numpy as np
import torch
from torch import nn

from contract import Signature
from data import Profile

# Standard deviations from the mean beyond which a number is cut: one odd value must not drown the others.
FARTHEST = 10.0
# Rows of the embedding table before the codes of a feature: missing, then unseen.
MISSING, UNSEEN, FIRST = 0, 1, 2


class Network(nn.Module):
    """From rows as the model boundary has them (codes and numbers in float32, NaN for missing) to log-odds."""

    def __init__(self, signature: Signature, found: Profile, p: dict) -> None:
        super().__init__()
        numeric = [i for i, f in enumerate(signature.features) if f.vocabulary is None]
        categorical = [i for i, f in enumerate(signature.features) if f.vocabulary is not None]
        sizes = [f.vocabulary for f in signature.features if f.vocabulary is not None]
        deviation = np.sqrt(found.variance[numeric])
        self.register_buffer("numeric", torch.tensor(numeric, dtype=torch.long))
        self.register_buffer("mean", torch.tensor(found.mean[numeric], dtype=torch.float32))
        # A constant column stays at zero.
        scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.register_buffer("categorical", torch.tensor(categorical, dtype=torch.long))
        self.register_buffer("sizes", torch.tensor(sizes, dtype=torch.float32))
        starts = np.cumsum([0, *(size + FIRST for size in sizes)])
        self.register_buffer("starts", torch.tensor(starts[:-1], dtype=torch.float32))
        self.table = nn.Embedding(int(starts[-1]), p["embedding"]) if sizes else None
        if self.table is not None:
            nn.init.normal_(self.table.weight, std=0.05)
            with torch.no_grad():
                # Nothing may be learned of them: then they say nothing.
                for start in starts[:-1]:
                    self.table.weight[start + MISSING] = 0
                    self.table.weight[start + UNSEEN] = 0
        widths = [2 * len(numeric) + len(sizes) * p["embedding"], *p["hidden"]]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths[:-1], widths[1:], strict=True))
        self.dropout = nn.Dropout(p["dropout"])
        self.last = nn.Linear(widths[-1], 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Log-odds [N] of features [N, F]."""
        numbers = features[:, self.numeric]
        absent = torch.isnan(numbers)
        near = ((numbers - self.mean) * self.scale).clamp(-FARTHEST, FARTHEST)
        parts = [torch.where(absent, torch.zeros_like(near), near), absent.to(near.dtype)]
        if self.table is not None:
            codes = features[:, self.categorical]
            outside = (codes < 0) | (codes >= self.sizes)
            row = torch.where(outside, torch.full_like(codes, UNSEEN), codes + FIRST)
            row = torch.where(torch.isnan(codes), torch.full_like(codes, MISSING), row)
            parts.append(self.table((row + self.starts).long()).flatten(1))
        x = torch.cat(parts, dim=1)
        for layer in self.hidden:
            x = self.dropout(torch.relu(layer(x)))
        return self.last(x).squeeze(1)

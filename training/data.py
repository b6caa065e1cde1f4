"""Channels: folders of Parquet files, read one row group at a time so that the size of a dataset does not matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contract import Paths, Signature, TrainingError

LABEL = "label"
ENTITY = "entity"
# LambdaMART takes relevance degrees up to 31: above, 2^degree - 1 does not fit its gains.
MOST_RELEVANT = 31


@dataclass(frozen=True)
class Batch:
    """Rows in memory: features float32 [n, F] with NaN for missing, labels float32 [n], entities where asked for."""

    features: np.ndarray
    labels: np.ndarray
    entities: np.ndarray | None = None


@dataclass(frozen=True)
class RowGroup:
    file: Path
    index: int
    rows: int


class Channel:
    """The Parquet files of one channel, their columns in the order of the signature."""

    def __init__(self, paths: Paths, name: str, signature: Signature) -> None:
        """Raises TrainingError naming the channel, if there is no file, no row or a missing column."""
        self.name = name
        self.columns = [f.name for f in signature.features]
        folder = paths.channel(name)
        self.files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
        if not self.files:
            raise TrainingError(f"channel {name} holds no Parquet file ({folder})")
        self.groups: list[RowGroup] = []
        for file in self.files:
            self.groups += self._groups_of(file)
        self.rows = sum(group.rows for group in self.groups)
        if self.rows == 0:
            raise TrainingError(f"channel {name} is empty")

    def _groups_of(self, file: Path) -> list[RowGroup]:
        try:
            with pq.ParquetFile(file) as opened:
                present = set(opened.schema_arrow.names)
                metadata = opened.metadata
                groups = [RowGroup(file, i, metadata.row_group(i).num_rows) for i in range(metadata.num_row_groups)]
        except pa.ArrowException as error:
            raise TrainingError(f"channel {self.name}: {file.name} is not a Parquet file: {error}") from None
        lacking = [column for column in [*self.columns, LABEL] if column not in present]
        if lacking:
            raise TrainingError(f"channel {self.name} lacks the column {', '.join(lacking)}")
        return [group for group in groups if group.rows > 0]

    def read(self, group: RowGroup, entities: bool = False) -> Batch:
        """One row group. Raises TrainingError for a column that holds something else than numbers."""
        wanted = [*self.columns, LABEL, *([ENTITY] if entities else [])]
        try:
            with pq.ParquetFile(group.file) as opened:
                table = opened.read_row_group(group.index, columns=wanted)
        except pa.ArrowException as error:
            raise TrainingError(f"channel {self.name}: {group.file.name} cannot be read: {error}") from None
        features = np.empty((table.num_rows, len(self.columns)), dtype=np.float32)
        for at, name in enumerate(self.columns):
            features[:, at] = self._numbers(table, name)
        found = table.column(ENTITY).to_numpy() if entities else None
        return Batch(features, self._numbers(table, LABEL), found)

    def _numbers(self, table: pa.Table, name: str) -> np.ndarray:
        column = table.column(name)
        kind = column.type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
            raise TrainingError(f"channel {self.name}: column {name} holds {kind}, not numbers")
        return column.cast(pa.float32(), safe=False).to_numpy().astype(np.float32, copy=False)

    def batches(self) -> Iterator[Batch]:
        """All rows in the order of the files."""
        for group in self.groups:
            yield self.read(group)

    def whole(self, entities: bool = False) -> Batch:
        """Everything in memory at once: ranking needs the rows of a query together."""
        parts = [self.read(group, entities) for group in self.groups]
        found = np.concatenate([p.entities for p in parts if p.entities is not None]) if entities else None
        return Batch(np.concatenate([p.features for p in parts]), np.concatenate([p.labels for p in parts]), found)


@dataclass(frozen=True)
class Profile:
    """What one pass over the rows tells: of each column the present values, their mean and variance."""

    rows: int
    positives: int
    present: np.ndarray
    mean: np.ndarray
    variance: np.ndarray

    def check_trainable(self) -> None:
        """Raises TrainingError for data that nothing can be learned from."""
        if self.positives in (0, self.rows):
            raise TrainingError(
                f"the training rows hold one class only ({self.positives} of {self.rows} are positive)"
            )
        if not self.present.any():
            raise TrainingError("every feature of the training rows is missing")


def profile(channel: Channel, highest_label: int = 1) -> Profile:
    """Count, mean and population variance by column in one pass (Chan, Golub and LeVeque 1979, pairwise update).

    Raises TrainingError for an infinite value and for a label that is no whole number from 0 to ``highest_label``.
    """
    width = len(channel.columns)
    present, mean, squares = np.zeros(width, dtype=np.int64), np.zeros(width), np.zeros(width)
    positives = seen = 0
    for batch in channel.batches():
        _check_labels(channel, batch.labels, highest_label, seen)
        seen += len(batch.labels)
        positives += int(np.count_nonzero(batch.labels))
        x = batch.features.astype(np.float64)
        here = ~np.isnan(x)
        if np.isinf(x).any():
            column = channel.columns[int(np.isinf(x).any(axis=0).argmax())]
            raise TrainingError(f"channel {channel.name}: column {column} holds an infinite value")
        n = here.sum(axis=0)
        of_batch = np.where(here, x, 0.0).sum(axis=0) / np.maximum(n, 1)
        off = np.where(here, x - of_batch, 0.0)
        both = present + n
        apart = np.where(n > 0, of_batch - mean, 0.0)
        squares += (off * off).sum(axis=0) + apart**2 * present * n / np.maximum(both, 1)
        mean += apart * n / np.maximum(both, 1)
        present = both
    return Profile(channel.rows, positives, present, mean, squares / np.maximum(present, 1))


def _check_labels(channel: Channel, labels: np.ndarray, highest: int, before: int) -> None:
    good = (labels >= 0) & (labels <= highest) & (labels == np.floor(labels))
    if not good.all():
        allowed = "0 or 1" if highest == 1 else f"a whole number from 0 to {highest}"
        row = before + int((~good).argmax())
        raise TrainingError(f"channel {channel.name} has a label that is not {allowed} (row {row})")

"""Batches for the network: Parquet streamed by row groups, mixed in memory, alike on every process."""

import queue
import threading
from collections.abc import Iterable, Iterator

import numpy as np

from data import Batch, Channel


class Mixed:
    """Batches of an epoch in an order that depends on the seed and the epoch alone.

    The row groups are put in a random order; so many of them at a time are read and their rows mixed. Memory holds
    these groups, whatever the dataset's size. Every process sees the same batches and takes its own rows of each:
    so the number of processes does not change what a step learns from, at the price that each reads all the files.
    """

    def __init__(self, channel: Channel, batch_size: int, groups: int, seed: int) -> None:
        self._channel = channel
        self._size = batch_size
        self._groups = groups
        self._seed = seed
        self.rows = channel.rows
        self.steps = -(-channel.rows // batch_size)

    def epoch(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        """Batches of one epoch without the first ``skip``."""
        for at, batch in enumerate(self._batches(epoch)):
            if at >= skip:
                yield batch

    def _batches(self, epoch: int) -> Iterator[Batch]:
        chance = np.random.default_rng((self._seed, epoch))
        order = chance.permutation(len(self._channel.groups))
        features = np.empty((0, len(self._channel.columns)), dtype=np.float32)
        labels = np.empty(0, dtype=np.float32)
        for start in range(0, len(order), self._groups):
            read = [self._channel.read(self._channel.groups[i]) for i in order[start : start + self._groups]]
            fresh = np.concatenate([b.features for b in read])
            of_fresh = np.concatenate([b.labels for b in read])
            mix = chance.permutation(len(of_fresh))
            # What was left over goes first, so that every row comes once and only the last batch is short.
            features = np.concatenate([features, fresh[mix]])
            labels = np.concatenate([labels, of_fresh[mix]])
            whole = len(labels) // self._size * self._size
            for at in range(0, whole, self._size):
                yield Batch(features[at : at + self._size], labels[at : at + self._size])
            features, labels = features[whole:], labels[whole:]
        if len(labels):
            yield Batch(features, labels)


def share(batch: Batch, rank: int, world: int) -> Batch:
    """The rows of a batch that one of ``world`` processes takes."""
    return batch if world == 1 else Batch(batch.features[rank::world].copy(), batch.labels[rank::world].copy())


def ahead(items: Iterable, depth: int = 4) -> Iterator:
    """The same items, made by a thread while the earlier ones are worked on. An error of the thread is raised here."""
    line: queue.Queue = queue.Queue(maxsize=depth)
    gone = threading.Event()

    def put(entry) -> bool:
        while not gone.is_set():
            try:
                line.put(entry, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put((item, None, False)):
                    return
            put((None, None, True))
        except BaseException as error:  # noqa: BLE001 - carried to the reader, who raises it
            put((None, error, True))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, error, last = line.get()
            if error is not None:
                raise error
            if last:
                return
            yield item
    finally:
        gone.set()
        thread.join()

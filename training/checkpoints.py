"""One checkpoint file, replaced as a whole: a kill at any moment leaves the old one or the new one, never half."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

FILE = "progress.checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """``about`` is small and readable (epochs so far); ``payload`` is the trainer's own."""

    about: dict
    payload: bytes


def fingerprint_of(hyperparameters: dict, files: list[Path]) -> str:
    """What a checkpoint belongs to: the checked hyperparameters and the bytes of the data."""
    whole = hashlib.sha256(json.dumps(hyperparameters, sort_keys=True).encode())
    for file in files:
        with file.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def save_checkpoint(folder: Path, fingerprint: str, checkpoint: Checkpoint) -> None:
    """A line of JSON, then the payload. Flushed to disk before the rename: the instance may be gone a second later."""
    folder.mkdir(parents=True, exist_ok=True)
    header = {
        "fingerprint": fingerprint,
        "sha256": hashlib.sha256(checkpoint.payload).hexdigest(),
        "about": checkpoint.about,
    }
    following = folder / f"{FILE}.next"
    with following.open("wb") as file:
        file.write(json.dumps(header).encode() + b"\n")
        file.write(checkpoint.payload)
        file.flush()
        os.fsync(file.fileno())
    os.replace(following, folder / FILE)


def load_checkpoint(folder: Path, fingerprint: str) -> Checkpoint | None:
    """The last checkpoint of the same hyperparameters and data, or None for a start from nothing."""
    try:
        head, payload = (folder / FILE).read_bytes().split(b"\n", 1)
        header = json.loads(head)
        whole = header["sha256"] == hashlib.sha256(payload).hexdigest()
        about = header["about"]
        same = header["fingerprint"] == fingerprint
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        whole = same = False
        about = None
    if not whole:
        print("the checkpoint cannot be read: starting anew", flush=True)
        return None
    if not same:
        print("the checkpoint belongs to other data or hyperparameters: starting anew", flush=True)
        return None
    return Checkpoint(about, payload)

"""Several processes: one a GPU, on one host or many. torchrun starts them; rank 0 of all writes the model."""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist

from contract import Hosts, Interrupted, Paths, Stop, TrainingError

# torchrun's default; between the hosts of a job SageMaker opens every port.
PORT = "29500"
# Longest wait for another process. Rank 0 validates alone; two hours are more than any job here may take for it.
PATIENCE = timedelta(hours=2)
# SageMaker kills 120 s after SIGTERM; torchrun gives its workers 30 s.
GRACE_SECONDS = 90
MARK = "COALMINE_INTERRUPTED_MARK"


def is_worker() -> bool:
    """Started by torchrun."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def launch(paths: Paths, hosts: Hosts, processes: int, stop: Stop) -> None:
    """Runs this program in ``processes`` on this host, as part of all hosts, and waits for its end.

    Raises Interrupted if it was asked to stop, and TrainingError with the sentence of the process that failed.
    """
    program = Path(__file__).with_name("train.py")
    if len(hosts.names) == 1:
        meeting = ["--standalone"]
    else:
        meeting = [f"--nnodes={len(hosts.names)}", f"--node-rank={hosts.rank}"]
        meeting += [f"--master-addr={hosts.names[0]}", f"--master-port={os.environ.get('MASTER_PORT', PORT)}"]
    command = [sys.executable, "-m", "torch.distributed.run", *meeting, f"--nproc-per-node={processes}", str(program)]
    with tempfile.TemporaryDirectory() as folder:
        mark = Path(folder) / "interrupted"
        environment = {**os.environ, "COALMINE_ML_ROOT": str(paths.root), MARK: str(mark)}
        if len(hosts.names) > 1 and hosts.interface:
            # Of several interfaces, the libraries would otherwise guess.
            environment |= {"NCCL_SOCKET_IFNAME": hosts.interface, "GLOO_SOCKET_IFNAME": hosts.interface}
        code = _wait(subprocess.Popen(command, env=environment), stop)
        if code != 0 and (stop.asked or mark.exists()):
            raise Interrupted(f"{processes} processes were stopped")
    if code != 0:
        told = paths.failure.read_text(encoding="utf-8") if paths.failure.exists() else ""
        raise TrainingError(told or f"a training process ended without a word (torchrun: {code})")


def _wait(child: subprocess.Popen, stop: Stop) -> int:
    asked_at = None
    while child.poll() is None:
        time.sleep(0.1)
        if stop.asked and asked_at is None:
            asked_at = time.monotonic()
            child.terminate()
        if asked_at is not None and time.monotonic() - asked_at > GRACE_SECONDS:
            child.kill()
    return child.returncode


class Crew:
    """The processes that train together; alone, it is just this one."""

    def __init__(self, cuda: bool) -> None:
        self.rank = int(os.environ["RANK"]) if is_worker() else 0
        self.world = int(os.environ["WORLD_SIZE"]) if is_worker() else 1
        local = int(os.environ["LOCAL_RANK"]) if is_worker() else 0
        self.device = torch.device("cuda", local) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(self.device)
        if is_worker():
            dist.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)

    @property
    def first(self) -> bool:
        return self.rank == 0

    def any(self, flag: bool) -> bool:
        """Whether any process says so."""
        if self.world == 1:
            return flag
        said = torch.tensor([int(flag)], device=self.device)
        dist.all_reduce(said, op=dist.ReduceOp.MAX)
        return bool(said.item())

    def total(self, value: float) -> float:
        if self.world == 1:
            return value
        summed = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.all_reduce(summed)
        return float(summed.item())

    def from_first(self, value):
        """What rank 0 has, on every process."""
        if self.world == 1:
            return value
        box = [value if self.first else None]
        dist.broadcast_object_list(box, src=0, device=self.device)
        return box[0]

    def interrupted(self) -> None:
        """Tells the program that started this process why it ends."""
        if MARK in os.environ:
            Path(os.environ[MARK]).touch()

    def leave(self) -> None:
        if self.world > 1:
            dist.destroy_process_group()

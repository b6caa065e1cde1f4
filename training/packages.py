"""Packages that the image lacks, installed from a channel: the container has no network."""

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

from contract import Paths, TrainingError

NEEDED = {
    "xgboost": ("numpy", "pyarrow", "onnx", "onnxruntime", "xgboost"),
    "pytorch": ("numpy", "pyarrow", "onnx", "onnxruntime", "torch"),
}
CHANNEL = "packages"


def missing(container: str) -> list[str]:
    return [name for name in NEEDED[container] if importlib.util.find_spec(name) is None]


def ensure(container: str, paths: Paths) -> None:
    """Installs what is missing from the wheels of the channel ``packages``.

    Raises TrainingError naming the packages, if there is no such channel or a wheel is not in it.
    """
    lacking = missing(container)
    if not lacking:
        return
    wheels = paths.channel(CHANNEL)
    if not wheels.is_dir():
        raise TrainingError(
            f"the image lacks {', '.join(lacking)}, and the job has no channel '{CHANNEL}' to install from"
        )
    requirements = Path(__file__).with_name(f"requirements-{container}.txt")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(wheels), "-r", str(requirements)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    importlib.invalidate_caches()
    if result.returncode != 0 or missing(container):
        said = (result.stderr.strip() or result.stdout.strip()).splitlines()[-1:]
        raise TrainingError(f"the packages {', '.join(lacking)} cannot be installed: {' '.join(said)}")

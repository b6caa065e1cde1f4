"""Packages that the training image lacks, installed from wheels: the container has no network.

The wheels lie in the folder ``wheels`` beside the program, and so travel with it, or in a channel ``packages``.
"""

import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from contract import Paths, TrainingError

NEEDED = {
    "xgboost": ("numpy", "pyarrow", "onnx", "onnxruntime", "xgboost"),
    "pytorch": ("numpy", "pyarrow", "onnx", "onnxruntime", "torch"),
}
CHANNEL = "packages"
FOLDER = "wheels"
# Tells the processes that this one starts where the packages are.
INSTALLED = "COALMINE_INSTALLED_PACKAGES"


def missing(container: str) -> list[str]:
    return [name for name in NEEDED[container] if importlib.util.find_spec(name) is None]


def wheels_of(paths: Paths, program: Path) -> list[Path]:
    folders = (program / FOLDER, paths.channel(CHANNEL))
    return sorted(wheel for folder in folders for wheel in folder.glob("*.whl"))


def ensure(container: str, paths: Paths) -> None:
    """Installs the wheels where something is missing, for this process and those that it starts.

    Raises TrainingError naming the packages, if there are no wheels or they do not hold what is missing.
    """
    if INSTALLED in os.environ:
        sys.path.append(os.environ[INSTALLED])
    lacking = missing(container)
    if not lacking:
        return
    wheels = wheels_of(paths, Path(__file__).parent)
    if not wheels:
        raise TrainingError(f"the image lacks {', '.join(lacking)}, and the program came without wheels of it")
    # Into a folder that is looked into last: nothing that the image brings may be replaced.
    target = tempfile.mkdtemp(prefix="coalmine-packages-")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile", "--target", target]
    result = subprocess.run([*command, *map(str, wheels)], capture_output=True, text=True, check=False)
    sys.path.append(target)
    os.environ[INSTALLED] = target
    importlib.invalidate_caches()
    if result.returncode != 0 or missing(container):
        said = (result.stderr.strip() or f"no wheel holds {', '.join(missing(container))}").splitlines()[-1]
        raise TrainingError(f"the packages {', '.join(lacking)} cannot be installed: {said}")

"""What the image lacks is installed from wheels that came along, and what cannot be is told."""

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import packages
import pytest
from contract import Paths
from world import TRAINING, TREES

NAME = "coalmine_absent_package"


@pytest.fixture
def lacking(monkeypatch, tmp_path):
    """A container that needs a package which is not there; what is installed goes when the test ends."""
    monkeypatch.setitem(packages.NEEDED, "xgboost", ("numpy", NAME))
    monkeypatch.setattr(sys, "path", list(sys.path))
    # Set and taken away, so that it is gone after the test whatever the test sets.
    monkeypatch.setenv(packages.INSTALLED, "")
    monkeypatch.delenv(packages.INSTALLED)
    monkeypatch.setattr(packages.tempfile, "mkdtemp", lambda prefix: str(tmp_path / "installed"))
    yield Paths(tmp_path / "ml")
    sys.modules.pop(NAME, None)


def wheel(folder: Path, package: str) -> None:
    """The smallest wheel there is: see PEP 427."""
    folder.mkdir(parents=True)
    about = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{package}.py", "ANSWER = 42\n")
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")


def test_missing_packages_are_installed_from_the_channel(lacking):
    wheel(lacking.channel("packages"), NAME)
    packages.ensure("xgboost", lacking)
    assert importlib.import_module(NAME).ANSWER == 42


def test_the_processes_that_this_one_starts_find_them_too(lacking):
    wheel(lacking.channel("packages"), NAME)
    packages.ensure("xgboost", lacking)
    again = f"import sys; sys.path.append({str(TRAINING)!r}); import packages; "
    again += f"packages.NEEDED['xgboost'] = ({NAME!r},); from contract import *; "
    again += f"packages.ensure('xgboost', Paths(Path('nowhere'))); import {NAME}"
    subprocess.run([sys.executable, "-c", again], check=True)


def test_missing_packages_are_installed_from_the_folder_beside_the_program(lacking, monkeypatch, tmp_path):
    wheel(tmp_path / "program" / "wheels", NAME)
    monkeypatch.setattr(packages, "__file__", str(tmp_path / "program" / "packages.py"))
    packages.ensure("xgboost", lacking)
    assert packages.missing("xgboost") == []


def test_a_package_that_the_image_lacks_is_named(world, lacking):
    assert world.main(TREES) == 1
    assert world.failure() == f"the image lacks {NAME}, and the program came without wheels of it"


def test_a_wheel_of_something_else_does_not_help(world, lacking):
    wheel(world.root / "input/data/packages", "another_package")
    assert world.main(TREES) == 1
    assert world.failure() == f"the packages {NAME} cannot be installed: no wheel holds {NAME}"


def test_a_broken_wheel_is_told(world, lacking):
    folder = world.root / "input/data/packages"
    folder.mkdir()
    (folder / f"{NAME}-1.0-py3-none-any.whl").write_bytes(b"no zip")
    assert world.main(TREES) == 1
    assert world.failure().startswith(f"the packages {NAME} cannot be installed: ERROR")

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from world import World  # noqa: E402 - after the path


def pytest_addoption(parser):
    parser.addoption("--gpu", action="store_true", help="run the tests that need a GPU; without one they fail")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--gpu"):
        return
    skip = pytest.mark.skip(reason="needs a GPU: run npm run test:training -- --gpu on a machine that has one")
    for item in items:
        if "gpu" in item.keywords:
            item.add_marker(skip)


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path / "ml")


@pytest.fixture
def another(tmp_path) -> World:
    """The same data in another folder."""
    return World(tmp_path / "another")

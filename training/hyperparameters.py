"""Hyperparameters: strings in, checked values out. An error names the parameter, its range and the value."""

import math
from dataclasses import dataclass

from contract import TrainingError

# SageMaker's own and those of its tuning jobs.
PASSED_BY = ("sagemaker_", "_tuning")


@dataclass(frozen=True)
class Number:
    """A number from ``low`` to ``high``, both included."""

    default: float | None
    low: float
    high: float

    def read(self, name: str, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise TrainingError(f"hyperparameter {name}: expected a number, got '{text}'")
        return _within(name, text, value, self.low, self.high)


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``, both included."""

    default: int
    low: int
    high: int

    def read(self, name: str, text: str) -> int:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value != int(value):
            raise TrainingError(f"hyperparameter {name}: expected a whole number, got '{text}'")
        return int(_within(name, text, value, self.low, self.high))


@dataclass(frozen=True)
class Choice:
    """One of some words; the first is the default."""

    options: tuple[str, ...]

    @property
    def default(self) -> str:
        return self.options[0]

    def read(self, name: str, text: str) -> str:
        if text not in self.options:
            raise TrainingError(f"hyperparameter {name}: expected {' or '.join(self.options)}, got '{text}'")
        return text


@dataclass(frozen=True)
class Text:
    """Anything; who uses it reads it."""

    default: str = ""

    def read(self, _name: str, text: str) -> str:
        return text


@dataclass(frozen=True)
class WholeList:
    """Whole numbers with commas between them, each from ``low`` to ``high``."""

    default: tuple[int, ...]
    low: int
    high: int

    def read(self, name: str, text: str) -> tuple[int, ...]:
        each = Whole(0, self.low, self.high)
        return tuple(each.read(name, part.strip()) for part in text.split(","))


def _within(name: str, text: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise TrainingError(f"hyperparameter {name}: expected {low:g} to {high:g}, got {text}")
    return value


def parse(given: dict[str, str], known: dict, aliases: dict[str, str] | None = None) -> dict:
    """Values by name, defaults filled in. Raises TrainingError for what is unknown, or twice by an alias."""
    values = {name: kind.default for name, kind in known.items()}
    seen: dict[str, str] = {}
    for as_given, text in given.items():
        name = (aliases or {}).get(as_given, as_given)
        if name.startswith(PASSED_BY) or name == "container":
            continue
        if name not in known:
            raise TrainingError(f"hyperparameter {as_given}: not known to this trainer")
        if name in seen:
            raise TrainingError(f"hyperparameter {name}: given twice, as {seen[name]} and as {as_given}")
        seen[name] = as_given
        values[name] = known[name].read(as_given, text)
    return values

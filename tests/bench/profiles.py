"""The named latency profiles of `profiles.toml`, read strictly."""

import math
import random
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("profiles.toml")


class ProfileError(ValueError):
    """The file of profiles cannot be used; one line says why."""


@dataclass(frozen=True, slots=True)
class Lag:
    """A distribution: log-normal, with a share of slow cases."""

    median_ms: float
    slow: float
    slow_ms: float

    def draw(self, rng: random.Random) -> float:
        """Return seconds."""
        if rng.random() < self.slow:
            return rng.lognormvariate(math.log(self.slow_ms), 0.5) / 1000
        return rng.lognormvariate(math.log(self.median_ms), 0.6) / 1000


@dataclass(frozen=True, slots=True)
class Mix:
    """What happens in an episode, as shares of 1; see the file."""

    refused: float
    wrong_side: float
    cold_cache: float
    earlier_position: float


@dataclass(frozen=True, slots=True)
class Profile:
    """How a venue behaves; see the file for each name."""

    name: str
    failing: float
    push_lost: float
    stream_down: float
    stream_down_s: float
    push: Lag
    list: Lag
    order: Lag
    round_trip: Lag


def read_profiles(file: Path = FILE) -> tuple[Mix, tuple[Profile, ...]]:
    """Read the mix and the profiles, in the order of the file.

    Raises:
        ProfileError: A value is missing, unknown, or not a number that makes sense.
    """
    try:
        tables = tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{file.name}: {error}") from error
    mix = _read(Mix, "mix", tables.pop("mix", {}))
    profiles = tuple(_read(Profile, name, {"name": name, **table}) for name, table in tables.items())
    if not profiles:
        raise ProfileError(f"{file.name} holds no profile: add a table like [healthy]")
    return mix, profiles


def _read(kind: Any, where: str, table: dict[str, Any]) -> Any:
    """Make one value of a table; every name must be there, and no other."""
    known = {each.name: each.type for each in fields(kind)}
    for name in (*(set(known) - set(table)), *(set(table) - set(known))):
        word = "lacks" if name in known else "does not know"
        raise ProfileError(f"{FILE.name}: [{where}] {word} `{name}`")
    values: dict[str, Any] = {}
    for name, value in table.items():
        if known[name] is Lag:
            values[name] = _read(Lag, f"{where}.{name}", value)
        elif known[name] is str:
            values[name] = value
        else:
            values[name] = _number(where, name, value)
    return kind(**values)


def _number(where: str, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise ProfileError(f"{FILE.name}: [{where}] {name} = {value!r}: give a number that is not negative")
    is_time = name.endswith(("_ms", "_s"))
    if is_time and value == 0:
        raise ProfileError(f"{FILE.name}: [{where}] {name} = 0: a median is above zero")
    if not is_time and value > 1:
        raise ProfileError(f"{FILE.name}: [{where}] {name} = {value}: a share is at most 1")
    return float(value)

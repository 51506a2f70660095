"""ARCHITECTURE.md is a map: every folder of the product is on it, and nothing that is gone."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dashboard", "reconciler", "simulator", "trueup", "verification")
MAP = (ROOT / "ARCHITECTURE.md").read_text()


def test_every_folder_is_on_the_map() -> None:
    folders = [ROOT / name for name in PACKAGES]
    folders += [each.parent for name in PACKAGES for each in (ROOT / name).glob("*/__init__.py")]

    missing = [path for each in folders if f"`{(path := each.relative_to(ROOT).as_posix())}/`" not in MAP]

    assert missing == []


def test_what_is_on_the_map_is_there() -> None:
    named = re.findall(
        r"`((?:dashboard|reconciler|simulator|trueup|verification|tests|scripts|docs)/[\w./-]*)`", MAP
    )

    assert named
    assert [path for path in named if not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()] == []

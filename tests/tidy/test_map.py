"""ARCHITECTURE.md is a map: every folder of the product is on it, and no page names a file that is gone."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dashboard", "reconciler", "simulator", "trueup", "verification")
MAP = (ROOT / "ARCHITECTURE.md").read_text()


def test_every_folder_is_on_the_map() -> None:
    folders = [ROOT / name for name in PACKAGES]
    folders += [each.parent for name in PACKAGES for each in (ROOT / name).glob("*/__init__.py")]

    missing = [path for each in folders if f"`{(path := each.relative_to(ROOT).as_posix())}/`" not in MAP]

    assert missing == []


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_what_is_on_the_map_is_there(page: str) -> None:
    named = re.findall(
        r"`((?:dashboard|reconciler|simulator|trueup|verification|tests|scripts|docs)/[\w./-]*)`",
        (ROOT / page).read_text(),
    )

    assert named
    assert [path for path in named if not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()] == []

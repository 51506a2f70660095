"""What an operator who pins installs: versions with the hash of every file, those of `make setup`."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HASHED = ("requirements.txt", "requirements-dev.txt")


def pins(name: str) -> dict[str, str]:
    """The versions by distribution."""
    lines = (ROOT / name).read_text().splitlines()
    found = [line.split("==", 1) for line in lines if line and not line[0].isspace()]
    return {package: re.split(r"[ ;\\]", version)[0] for package, version in found}


@pytest.mark.parametrize("name", HASHED)
def test_every_version_has_the_hashes_of_its_files_and_no_host_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())

    assert len(blocks) > 50
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []
    assert not re.search(r"://|^--?[a-z]", text, re.MULTILINE)


def test_the_three_files_name_the_same_versions() -> None:
    everything, needed = pins("requirements-dev.txt"), pins("requirements.txt")

    assert pins("constraints.txt") == everything
    assert needed.items() <= everything.items()
    assert "pytest" not in needed
    assert {"ccxt", "streamlit", "psycopg"} <= needed.keys()

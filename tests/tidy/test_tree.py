"""Every tracked file keeps the rules."""

import subprocess
from pathlib import Path, PurePath

from tests.tidy.rules import CODE_RULES, TEXT_RULES, Rule

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[PurePath]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [PurePath(name) for name in listing.split("\0") if name and (ROOT / name).is_file()]


def broken(rules: tuple[Rule, ...], paths: list[PurePath]) -> list[str]:
    assert paths, "git lists no file: nothing would be checked"
    found = []
    for path in paths:
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a database or a picture
        found += [f"{path}:{line}: {what}" for rule in rules for line, what in rule(path, text)]
    return found


def test_every_code_file_keeps_the_rules() -> None:
    code = [path for path in tracked() if path.suffix == ".py"]

    assert broken(CODE_RULES, code) == []


def test_no_file_speaks_of_a_machine_or_a_registry() -> None:
    assert broken(TEXT_RULES, tracked()) == []

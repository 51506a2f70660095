"""The documents, and the pieces of them that can be tried."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = tuple(
    sorted(
        [
            *(ROOT / "docs").glob("*.md"),
            *(ROOT / "docs/ledgers").glob("*.md"),
            ROOT / "README.md",
            ROOT / "CONTRIBUTING.md",
        ]
    )
)

_FENCE = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


def blocks(page: Path, *languages: str) -> Iterator[str]:
    """Yield the fenced blocks of a page that are of one of these languages."""
    for language, text in _FENCE.findall(page.read_text("utf-8")):
        if language in languages:
            yield text


def inline(page: Path) -> Iterator[str]:
    """Yield what a page has between two backticks, its fenced blocks left out."""
    yield from _INLINE.findall(_FENCE.sub("", page.read_text("utf-8")))

"""The rule that nothing outside a venue's own folder names it: a file's path and text in, breaches out."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import PurePath

import ccxt

PRODUCT = frozenset({"dashboard", "reconciler", "trueup", "verification"})
VENUES = PurePath("verification/venues")
UNTRIED = VENUES / "untried"

REGISTRIES = frozenset({VENUES / "registry.py", VENUES / "dialects.py"})
"""One line a venue."""

EXAMPLES = frozenset({PurePath("reconciler/cli/init.py")})
"""What `trueup init` writes: a file to start from, which must name some venue."""

SETTINGS = PurePath("reconciler/settings")
"""Fields of the settings give `examples`, which may name some venue too."""

# ccxt's ids that are words of their own; a text that means the venue says so otherwise.
_WORDS = frozenset(
    {
        "alpaca",
        "apex",
        "backpack",
        "bullish",
        "delta",
        "derive",
        "extended",
        "gate",
        "gemini",
        "lighter",
        "mercado",
    }
)
# What a venue is called, or was, beside its id: to the name of its folder or file.
_ALIASES = {
    "bitmex": "bitmex",
    "crypto.com": "cryptocom",
    "gate.io": "gate",
    "gateio": "gate",
    "huobi": "htx",
    "huobipro": "htx",
    "okex": "okx",
    "okex5": "okx",
    "usdm": "binance",
    "usd-m": "binance",
}
NAMES = (frozenset(ccxt.exchanges) - _WORDS) | _ALIASES.keys()


_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_SPLIT = re.compile("|".join(re.escape(name) for name in sorted(NAMES) if not name.isalnum()), re.IGNORECASE)


def names_no_venue(path: PurePath, text: str) -> Iterator[tuple[int, str]]:
    """Whatever differs from venue to venue is in the venue's folder, or in its file of data."""
    if path.parts[0] not in PRODUCT or path in REGISTRIES | EXAMPLES:
        return
    own, excused = _owner(path), frozenset(_example_lines(path, text))
    for number, line in enumerate([str(path), *text.splitlines()]):
        for name in _named(line):
            if number not in excused and not _is_of(name, own):
                what = "names" if number else "its path names"
                yield max(number, 1), f"{what} `{name}`: what is known of a venue belongs in its own folder"


def _named(text: str) -> Iterator[str]:
    """Yield the names in a text: each alone, in any case, or as a part of an identifier."""
    for word in _WORD.findall(text):
        pieces = [piece.lower() for piece in _PIECE.findall(word)]
        pairs = (one + other for one, other in itertools.pairwise(pieces))
        yield from sorted({word.lower(), *pieces, *pairs} & NAMES)
    yield from (found.lower() for found in _SPLIT.findall(text))


def _owner(path: PurePath) -> str | None:
    """Return the venue that a file is of; None for one that is of all."""
    if path.parent == UNTRIED:
        return path.stem
    if VENUES in path.parents and path.parent != VENUES:
        return path.relative_to(VENUES).parts[0]
    return None


def _is_of(name: str, own: str | None) -> bool:
    return own is not None and (own in name or _ALIASES.get(name) == own)


def _example_lines(path: PurePath, text: str) -> Iterator[int]:
    if SETTINGS not in path.parents or path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg == "examples":
            yield from range(node.value.lineno, (node.value.end_lineno or node.value.lineno) + 1)

"""The pieces of the page: its style for screen and paper, tables, and text that stays text. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

_LONGEST: Final = 2000
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

STYLE: Final = """
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p, ul { margin: .3rem 0; } ul { padding-left: 1.2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ccc;
  overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; } td.n, th.n { text-align: right; white-space: nowrap; }
.loud { border: 2px solid #a40000; padding: .5rem .8rem; margin: .8rem 0; font-weight: 600; }
.bad { color: #a40000; font-weight: 600; } .quiet { color: #555; } code { overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } .wide { overflow: visible; }
  tr { break-inside: avoid; } thead { display: table-header-group; } h2 { break-after: avoid; } }
"""

Row = Sequence[str]
"""Cells that are safe HTML already."""


def table(heads: Sequence[str], rows: Iterable[Row]) -> str:
    """Return a table; a head that begins with `#` is of numbers, which stand right."""
    kinds = [' class="n"' if head.startswith("#") else "" for head in heads]
    top = "".join(
        f'<th scope="col"{kind}>{safe(head.lstrip("#"))}</th>'
        for head, kind in zip(heads, kinds, strict=True)
    )
    lines = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'


def listed(lines: Iterable[str]) -> str:
    """Return sentences as a list."""
    return "<ul>" + "".join(f"<li>{safe(line)}</li>" for line in lines) + "</ul>"


def safe(text: str) -> str:
    """Return text that came from outside as it is to be read: one line, nothing in it alive or hidden."""
    shown = "".join(
        " "
        if each.isspace()
        else "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(each) in _HIDDEN
        else each
        for each in text
    )
    return escape(shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…")

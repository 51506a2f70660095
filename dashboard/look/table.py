"""A table to be read, not worked with: words left, numbers right, one line a row. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.look.colours import Tone
from dashboard.look.markup import icon, link, safe, whole


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title; numbers and times stand `right`; `wide` may wrap and takes the room that is left.

    On a phone columns that are `spare` are left out. A title that is `unseen` is only read aloud: what is in
    such a column needs none for whoever sees it.
    """

    title: str
    right: bool = False
    wide: bool = False
    spare: bool = False
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: unescaped words, what their colour says, a picture before (`sign`) or after them (`mark`).

    `page` makes a link of it to a page of ours.
    """

    text: str
    tone: Tone = Tone.PLAIN
    strong: bool = False
    sign: str = ""
    mark: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a cell a column, and the tint of all of it where it stands out."""

    cells: Sequence[Cell | str]
    tint: Tone | None = None


def table(columns: Sequence[Column], rows: Sequence[Row], *, label: str) -> str:
    """Return the table; `label` says what it is to somebody who does not see it."""
    return framed(columns, "".join(_line(columns, row) for row in rows), label=label)


def framed(columns: Sequence[Column], lines: str, *, label: str) -> str:
    """Return the table of rows that are HTML already, `<tr>...</tr>` each.

    It is a region of its own that keys reach: where it is wider than the screen, they move it.
    """
    heads = "".join(f'<th scope="col"{_kind(column)}>{_title(column)}</th>' for column in columns)
    body = f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody>"
    named = f'aria-label="{safe(label)}"'
    return (
        f'<div class="t-scroll" role="region" tabindex="0" {named}>'
        f'<table class="t-table" {named}>{body}</table></div>'
    )


def _title(column: Column) -> str:
    return f'<span class="t-unseen">{safe(column.title)}</span>' if column.unseen else safe(column.title)


def _line(columns: Sequence[Column], row: Row) -> str:
    tint = f' class="t-tint-{row.tint.value}"' if row.tint else ""
    cells = "".join(
        f"<td{_kind(column)}>{_cell(cell)}</td>" for column, cell in zip(columns, row.cells, strict=True)
    )
    return f"<tr{tint}>{cells}</tr>"


def _kind(column: Column) -> str:
    names = [
        name
        for name, is_so in (("t-right", column.right), ("t-wide", column.wide), ("t-spare", column.spare))
        if is_so
    ]
    return f' class="{" ".join(names)}"' if names else ""


def _cell(cell: Cell | str) -> str:
    if isinstance(cell, str):
        return whole(cell)
    if cell.page:
        return link(cell.text, cell.page, cell.mark)
    weight = " t-strong" if cell.strong else ""
    before = icon(cell.sign) if cell.sign else ""
    after = f'<span class="t-mark">{icon(cell.mark)}</span>' if cell.mark else ""
    return f'<span class="t-{cell.tone.value}{weight}">{before}{whole(cell.text)}{after}</span>'

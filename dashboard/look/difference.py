"""The bot beside the exchange, one line a fact: only lines that differ stand out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.look.colours import Tone
from dashboard.look.table import Cell, Column, Row, table


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of both sides.

    Attributes:
        name: `Size`, `Entry`, `Stop`.
        bot: As the bot has it, in words; "not read" where it was not.
        exchange: As the exchange has it.
        said: What that means: `same`, `missing`, `+86 AVL`.
        differs: Whether the two do not agree; None where it is not known, which is no agreement either.
        tone: How bad that is.
    """

    name: str
    bot: str
    exchange: str
    said: str
    differs: bool | None
    tone: Tone = Tone.CRITICAL


def difference_table(facts: Sequence[Difference], *, bot: str, exchange: str) -> str:
    """Return the table; `bot` and `exchange` head its columns, each with its age: `Bot, read 4 s ago`."""
    columns = (
        Column("What", unseen=True),
        Column(bot, right=True),
        Column(exchange, right=True),
        Column("Whether they agree", wide=True, unseen=True),
    )
    return table(columns, [_row(fact) for fact in facts], label="Bot and exchange, side by side")


def _row(fact: Difference) -> Row:
    if fact.differs is None:
        signed, tone = f"? {fact.said}", Tone.WARNING
    elif fact.differs:
        signed, tone = f"≠ {fact.said}", fact.tone
    else:
        signed, tone = f"= {fact.said}", Tone.DIM
    strong = bool(fact.differs)
    return Row(
        (
            Cell(fact.name, Tone.SECOND),
            Cell(fact.bot, strong=strong),
            Cell(fact.exchange, strong=strong),
            Cell(signed, tone, strong=strong),
        ),
        tint=fact.tone if fact.differs else None,
    )

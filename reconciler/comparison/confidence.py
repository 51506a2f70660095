"""How firmly a finding stands at one look: what its confirmation asks about beside the finding itself."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.comparison.venue_view import Grade
from verification.facts.clock import Moment


@dataclass(frozen=True, slots=True)
class Confidence:
    """What one look says about its own strength.

    Attributes:
        looked: When the venue was asked; two looks are independent only if these are apart. For a leg known
            from a live stream while the list fails, when it was judged.
        grade: What the venue's side rests on.
        lagging: True when the bot's own order may explain it and the bot may just not have noted it.
        contested: True when the last position list says otherwise than what is believed of the leg, without
            being provably newer: which of them lags is not known yet.
        quiet_since: Since when neither side has changed, aware UTC; None where that cannot be told. A bot
            that touches its rows to show that it is alive makes it later than the truth, never earlier.
        opened: Since when what is held has been held, for a missing stop, by what others say, aware UTC;
            None where that cannot be told.
        grown: When it was opened or grew under our eyes, for a missing stop; None if it never did. It
            outranks `opened`, and no step of the wall clock moves it.
        rows: The live rows of the leg, as (ledger, row): the trades that it is about.
    """

    looked: Moment
    grade: Grade
    lagging: bool = False
    contested: bool = False
    quiet_since: datetime | None = None
    opened: datetime | None = None
    grown: Moment | None = None
    rows: frozenset[tuple[str, str]] = frozenset()

"""What a bot has down of a symbol that its venue does not list: told as that, never passed over; pure."""

from decimal import Decimal

from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.legs import Belief
from reconciler.comparison.proof import evidence_of
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.finding import Finding, Kind, Severity
from reconciler.facts.wording import holding
from verification.facts.leg import LegKey


def unlisted(case: LegCase) -> Finding | None:
    """Return the finding that live rows are about a symbol that is not listed; None where it is, or none are.

    It is critical where a row claims a position: nobody can say what became of that. Its amounts are in the
    bot's own unit, for what a contract would be is not known.
    """
    belief, symbol = case.belief, case.key.symbol
    if belief.market is not None or belief.blank or case.difference.verdict is not LegVerdict.UNKNOWN:
        return None
    claims = any(share.expected != 0 for share in belief.shares)
    unit = _unit(belief)
    what = f"holds {holding(belief.expected, symbol, unit)}" if claims else "works to open a position"
    return Finding(
        kind=Kind.UNLISTED_SYMBOL,
        account=case.key.account,
        symbol=symbol,
        leg=case.key.leg,
        severity=Severity.CRITICAL if claims else Severity.WARNING,
        reason=f"By its own record ({_rows(belief)}) the bot {what} on {symbol}, and {_word(case.view)}.",
        expected=belief.expected,
        evidence=evidence_of(case),
        contract_size=unit,
    )


def stranger(key: LegKey, belief: Belief, view: VenueView) -> str:
    """Return the line that tells of a leg whose market is not known."""
    if not belief.shares:
        return f"{key.symbol}: held at {view.venue}, which lists no such market: its contract size is unknown"
    return (
        f"{key.symbol}: {view.venue} knows no such symbol ({_rows(belief)}): "
        "check the symbol and that the ledger belongs to this account"
    )


def _rows(belief: Belief) -> str:
    return ", ".join(f"ledger {share.row.ledger} trade {share.row.row_id}" for share in belief.shares)


def _word(view: VenueView) -> str:
    known = f"{view.venue} lists no such contract: whether it is held, and with a stop, cannot be seen"
    if view.unnamed is None:
        return known
    return f"{known}; what it holds under the id {view.unnamed} may be it"


def _unit(belief: Belief) -> Decimal | None:
    """Return how many coins one unit of the rows is; None where they differ, or count contracts."""
    units = {share.row.unit_size for share in belief.shares}
    return units.pop() if len(units) == 1 else None

"""What a bot has down of a symbol that its venue does not list: told as that, never passed over; pure."""

from decimal import Decimal

from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.legs import Belief
from reconciler.comparison.proof import evidence_of
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.finding import Finding
from reconciler.facts.wording import holding
from reconciler.kinds.unlisted_symbol import SPEC, sentence
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
    return Finding(
        kind=SPEC.kind,
        account=case.key.account,
        symbol=symbol,
        leg=case.key.leg,
        severity=SPEC.severity.where(otherwise=not claims),
        reason=sentence(
            symbol,
            rows=_rows(belief),
            claimed=holding(belief.expected, symbol, unit) if claims else "",
            venue=case.view.venue,
            nameless=case.view.unnamed,
        ),
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


def _unit(belief: Belief) -> Decimal | None:
    """Return how many coins one unit of the rows is; None where they differ, or count contracts."""
    units = {share.row.unit_size for share in belief.shares}
    return units.pop() if len(units) == 1 else None

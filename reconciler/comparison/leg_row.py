"""One leg as the screens show it: ledger beside venue."""

from collections.abc import Sequence
from datetime import datetime

from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.views.account import PositionView
from verification.facts.observation import Source


def leg_row(case: LegCase, *, dust: bool) -> PositionView:
    """Return the row of one leg; `kinds` stays empty for who knows the open alerts.

    Args:
        case: The leg.
        dust: True when the sides differ, by next to nothing.
    """
    known = bool(case.stated.shares)
    leg = case.leg
    seen = case.observed is not None
    listed = case.view.listed_for(case.key.symbol)
    observed_at = None
    if seen:
        observed_at = leg.heard.utc if leg is not None else listed.utc if listed is not None else None
    return PositionView(
        account=case.key.account,
        venue=case.view.venue,
        symbol=case.key.symbol,
        leg=case.key.leg,
        expected=case.stated.expected if known else None,
        expected_low=case.stated.low if known else None,
        expected_high=case.stated.high if known else None,
        ledger_state=", ".join(sorted({share.row.state.value for share in case.stated.shares})),
        ledgers=tuple(sorted({share.row.ledger for share in case.stated.shares})),
        ledger_at=case.ledger_at,
        observed=case.observed,
        observed_by=None if not seen else leg.source if leg is not None else Source.REST,
        observed_at=observed_at,
        contract_size=case.contract_size,
        notional=case.value(case.observed) if case.observed is not None else None,
        mark_price=leg.position.mark_price if leg is not None else None,
        stop=case.protection.state.value,
        stop_price=case.protection.price(case.observed) if case.observed else None,
        verdict=(LegVerdict.DUST if dust else case.difference.verdict).value,
        kinds=(),
        ledger_changed_at=_last([share.row.updated_at for share in case.stated.shares]),
        observed_changed_at=case.appeared if seen else None,
        stop_at=_stops_at(case),
        entry_price=leg.position.entry_price if leg is not None and case.observed else None,
        liquidation_price=leg.position.liquidation_price if leg is not None and case.observed else None,
    )


def _stops_at(case: LegCase) -> datetime | None:
    """Return when the orders were asked for that its stops are told by; None where they were not read."""
    sent = case.view.orders_sent
    known = case.observed is not None and case.book.conditional is not None
    return sent.utc if known and sent is not None else None


def _last(times: Sequence[datetime | None]) -> datetime | None:
    """Return the latest time; None where one is not known: it may be the latest."""
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None

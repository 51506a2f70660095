"""Positions for programs: what the bots believe beside what the venue holds, leg by leg."""

from pydantic import Field

from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.forms import Quantity, Time, quantity
from reconciler.views.account import PositionView
from verification.facts.leg import Leg


class PositionForm(Words):
    """One leg, ledger beside venue."""

    account: str
    venue: str
    symbol: str
    leg: Leg
    verdict: str = Field(description="agree, dust, in flight, differs or unknown.")
    expected: Quantity | None = Field(
        description="The ledgers' sum, signed contracts; null where none knows it."
    )
    expected_low: Quantity | None
    expected_high: Quantity | None
    observed: Quantity | None = Field(description="What the venue shows; null where it could not be read.")
    ledger_state: str
    ledgers: list[str]
    ledger_at: Time | None
    observed_by: str | None
    observed_at: Time | None
    contract_size: Quantity | None
    notional: Quantity | None
    mark_price: Quantity | None
    entry_price: Quantity | None = Field(description="Its mean entry; null where the venue does not say.")
    liquidation_price: Quantity | None = Field(
        description="Where the venue would close it; null where it does not say."
    )
    stop: str = Field(description="none, idle, resting, partial, software, unknown or not needed.")
    stop_price: Quantity | None
    kinds: list[str] = Field(description="Kinds of the open alerts of this leg.")


class Positions(Words):
    """Every leg, those that differ first."""

    read_at: Time
    positions: list[PositionForm]


class PositionQuery(Words):
    """Whose positions."""

    account: str | None = Field(default=None, description="One account; all, where none is named.")


def list_positions(asked: Asked) -> Answered:
    """Answer with the legs as they were last compared."""
    query = asked.query
    assert isinstance(query, PositionQuery)
    read_at = asked.house.clock.now().utc
    found = asked.house.console.queries.positions()
    # A row that cannot be read may be of any account: it is in every answer.
    wanted = [each for each in found if query.account in {None, each.account} or not each.account]
    return Answered(Positions(read_at=read_at, positions=[_form(each) for each in wanted]))


def _form(leg: PositionView) -> PositionForm:
    return PositionForm(
        account=leg.account,
        venue=leg.venue,
        symbol=leg.symbol,
        leg=leg.leg,
        verdict=leg.verdict,
        expected=quantity(leg.expected),
        expected_low=quantity(leg.expected_low),
        expected_high=quantity(leg.expected_high),
        observed=quantity(leg.observed),
        ledger_state=leg.ledger_state,
        ledgers=list(leg.ledgers),
        ledger_at=leg.ledger_at,
        observed_by=None if leg.observed_by is None else leg.observed_by.value,
        observed_at=leg.observed_at,
        contract_size=quantity(leg.contract_size),
        notional=quantity(leg.notional),
        mark_price=quantity(leg.mark_price),
        entry_price=quantity(leg.entry_price),
        liquidation_price=quantity(leg.liquidation_price),
        stop=leg.stop,
        stop_price=quantity(leg.stop_price),
        kinds=list(leg.kinds),
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/positions",
        "Every leg, ledger beside venue.",
        list_positions,
        Positions,
        query=PositionQuery,
    ),
)

"""The gate for programs: one question before an entry, answered from memory."""

from pydantic import Field

from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.forms import Time
from reconciler.serve.gate import Against, Told, Wanted, gate
from reconciler.serve.refusals import NotAnswered
from verification.facts.leg import Leg


class GateQuery(Words):
    """What a bot wants to open."""

    account: str = Field(description="The account, as the settings name it.")
    symbol: str = Field(description="The contract in ccxt's unified form, such as BTC/USDT:USDT.")
    leg: Leg | None = Field(
        default=None,
        description="long or short, which counts in hedge mode alone; without it any leg of the symbol.",
    )


class ReasonForm(Words):
    """One reason against opening."""

    against: Against
    text: str = Field(description="One plain sentence, for a log.")
    alert: int | None = Field(description="The alert's number; null where it is none.")
    since: Time | None


class GateForm(Words):
    """May a bot open now? Closed is an answer too: its status is 200. No answer is never "open"."""

    open: bool = Field(description="True when there is no reason against it.")
    account: str
    symbol: str
    leg: Leg | None
    reasons: list[ReasonForm] = Field(description="Why not; empty when open.")
    known_at: Time | None = Field(
        description="When the oldest of what the answer rests on was so; null where nothing is known."
    )
    age_seconds: float | None = Field(description="How long ago that was; null where nothing is known.")


def ask_gate(asked: Asked) -> Answered:
    """Answer from memory."""
    query, house = asked.query, asked.house
    assert isinstance(query, GateQuery)
    watching = house.accounts.get(query.account)
    if watching is None:
        raise NotAnswered(
            404, f"there is no account {query.account[:40]} in the settings of this `trueup run`"
        )
    now = house.clock.now()
    told = Told(house.alerts.alerts, house.alerts.read_at)
    answer = gate(watching(), told, Wanted(query.symbol, query.leg), now)
    known_at = answer.known_at
    return Answered(
        GateForm(
            open=answer.open,
            account=query.account,
            symbol=query.symbol,
            leg=query.leg,
            reasons=[
                ReasonForm(against=each.against, text=each.text, alert=each.alert, since=each.since)
                for each in answer.reasons
            ],
            known_at=None if known_at is None else known_at.utc,
            age_seconds=None if known_at is None else round(now.monotonic - known_at.monotonic, 3),
        )
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/gate",
        "May a bot open this now?",
        ask_gate,
        GateForm,
        query=GateQuery,
        from_memory=True,
        statuses={404: "no such account"},
    ),
)

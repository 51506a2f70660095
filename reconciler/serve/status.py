"""How well each account is seen, for programs: the same words as `trueup status` and the screens."""

from collections import Counter

from pydantic import Field

from reconciler.alerts.alert import AlertState
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.forms import Quantity, Time, quantity
from reconciler.sight.account_state import (
    AccountState,
    accounts_of,
    cycle_of,
    heartbeat_of,
    holder_of,
    state_of,
)
from reconciler.views.now import NowView


class SourceForm(Words):
    """One source of an account, as it was last written."""

    source: str
    state: str = Field(description="ok, stale, down, unknown, unsupported or untried.")
    last_ok: Time | None
    detail: str
    at: Time


class AccountForm(Words):
    """One account."""

    account: str
    state: AccountState = Field(
        description="watched: all of it is seen; partial: a part is not; blind: nothing is; "
        "stalled: it should be looked at and is not; not_watched: nobody looks."
    )
    holder: str | None = Field(description="The process that watches it, HOST PID; null for nobody.")
    looked_at: Time | None = Field(description="When it was last looked at.")
    seen_whole_at: Time | None = Field(description="When a look last saw everything of it.")
    matched: int | None = Field(description="Legs on which both sides hold the same, at the last sweep.")
    in_flight: int | None
    legs: int | None = Field(description="Legs compared at the last sweep; null before the first.")
    unprotected_notional: Quantity | None = Field(
        description="Quote value of open legs without a covering stop; null where it could not be told."
    )
    problems: list[str] = Field(description="What the last sweep could not see.")
    explained_ratio: float | None = Field(
        description="The part of the changes of its legs that is explained; null where none was counted."
    )
    open_alerts: int = Field(description="Alerts that people were told of, acknowledged ones too.")
    firing: int = Field(description="Those of them that nobody has taken.")
    sources: list[SourceForm]


class Status(Words):
    """Every account of which anything is known."""

    read_at: Time
    accounts: list[AccountForm]
    unreadable: list[str] = Field(description="Stored rows that cannot be read, and are missing here.")


def show_status(asked: Asked) -> Answered:
    """Answer with the state of every account."""
    view = asked.house.console.queries.now()
    named = sorted({*accounts_of(view), *asked.house.accounts, *(alert.key.account for alert in view.alerts)})
    ratios = {each.account: each.ratio for each in asked.house.console.changes.explained()}
    accounts = [_form(view, account, ratios.get(account)) for account in named]
    return Answered(Status(read_at=view.read_at, accounts=accounts, unreadable=list(view.unreadable)))


def _form(view: NowView, account: str, ratio: float | None) -> AccountForm:
    cycle = cycle_of(view, account)
    states = Counter(alert.state for alert in view.alerts if alert.key.account == account)
    return AccountForm(
        account=account,
        state=state_of(view, account),
        holder=holder_of(view, account),
        looked_at=heartbeat_of(view, account).at,
        seen_whole_at=None if cycle is None else cycle.last_complete_at,
        matched=None if cycle is None else cycle.matched,
        in_flight=None if cycle is None else cycle.in_flight,
        legs=None if cycle is None else cycle.legs,
        unprotected_notional=None if cycle is None else quantity(cycle.unprotected_notional),
        problems=[] if cycle is None else list(cycle.problems),
        explained_ratio=ratio,
        open_alerts=states.total(),
        firing=states[AlertState.FIRING],
        sources=[
            SourceForm(
                source=each.source, state=each.state, last_ok=each.last_ok, detail=each.detail, at=each.at
            )
            for each in view.sources
            if each.account == account
        ],
    )


ENDPOINTS = (
    Endpoint("GET", "/api/v1/status", "How well each account is seen, and by whom.", show_status, Status),
)

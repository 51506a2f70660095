"""Why people are told of a symbol or are not, and who has changed what, for programs."""

from pydantic import Field

from reconciler.alerts.alert import AlertState
from reconciler.console import Console
from reconciler.facts.change import Change, Explained
from reconciler.kinds.registry import is_blindness
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.forms import Quantity, Time
from reconciler.sight.change_words import change_document
from reconciler.sight.explanation import Explanation, Material, explained, named_legs

_LOOKED_THROUGH = 200
"""Alerts and verifications among which those of a symbol are looked for, the newest."""

_OVER = 5


class ChangeForm(Words):
    """What one order has traded of a leg, or what no trade accounts for."""

    symbol: str
    leg: str
    order_id: str | None = Field(description="The venue's id; null for what no trade accounts for.")
    client_order_id: str | None
    contracts: Quantity = Field(description="Signed, buys positive.")
    trades: int
    since: Time
    at: Time
    by: str = Field(
        description="ledger, hand, bot, venue: explained. nobody, not read: not explained. "
        "waiting: a ledger may still write it down, and it is counted nowhere yet."
    )
    name: str | None = Field(description="Which ledger, page, program, or what the venue did.")
    row: str | None = Field(description="The row of the ledger.")
    role: str | None = Field(description="entry, exit or stop, for a ledger.")
    text: str = Field(description="Who it was, in words.")


class ExplainedForm(Words):
    """How much of what has changed on one account is explained."""

    account: str
    since: Time | None = Field(description="From when on changes are counted, at most seven days back.")
    explained_ratio: float | None = Field(description="Explained among all; null where nothing has changed.")
    counts: dict[str, int] = Field(description="Changes by who made them: see `by`.")
    unexplained: list[ChangeForm] = Field(description="Those that are not explained, newest first.")
    latest: list[ChangeForm] = Field(description="The newest of all.")


class ChangesForm(Words):
    """Every account whose changes are counted."""

    read_at: Time
    accounts: list[ExplainedForm]


class ChangesQuery(Words):
    """Whose changes."""

    account: str | None = Field(default=None, description="One account; all, where none is named.")


class ExplanationForm(Words):
    """Why people are told of a symbol, or are not."""

    account: str
    symbol: str
    at: Time
    verdict: str = Field(
        description="agrees: nothing is wrong, seen just now; discrepancy: people are told of one; "
        "unchecked: one is suspected, or not all could be seen."
    )
    sight: list[str] = Field(description="How well the account is seen, source by source.")
    legs: list[str] = Field(description="What each side said, when, and what a difference waits for.")
    alerts: list[str] = Field(description="Why people are told, are not told yet, or not any more.")
    changes: list[ChangeForm] = Field(description="Who did the last changes, newest first.")
    verifications: list[str] = Field(description="What came of the last questions about its orders.")


class ExplainQuery(Words):
    """What is to be explained."""

    account: str = Field(description="The account.")
    symbol: str = Field(description="As ccxt writes it, such as BTC/USDT:USDT.")


def explanation_of(console: Console, account: str, symbol: str) -> Explanation:
    """Return what is stored of a symbol, put together to an answer."""
    queries = console.queries
    now = queries.now()
    found = queries.alerts(accounts=[account], limit=_LOOKED_THROUGH)
    ours = [each for each in found if each.key.symbol == symbol]
    whole = [each for each in found if is_blindness(each.key.kind) and each.state.open]
    whole = [each for each in whole if each not in ours and each.state is not AlertState.PENDING]
    shown = [each for each in ours if each.state.open]
    over = [each for each in ours if not each.state.open][:_OVER]
    asked = queries.verifications(limit=_LOOKED_THROUGH, accounts=[account])
    return explained(
        Material(
            now=now,
            account=account,
            symbol=symbol,
            legs=named_legs(queries.positions(), account, symbol),
            alerts=[queries.alert(each.id) for each in (*shown, *whole, *over)],
            changes=console.changes.of(account, symbol),
            verifications=[each for each in asked if each.symbol == symbol],
        )
    )


def show_explanation(asked: Asked) -> Answered:
    """Answer why people are told of a symbol, or are not."""
    query = asked.query
    assert isinstance(query, ExplainQuery)
    told = explanation_of(asked.house.console, query.account, query.symbol)
    return Answered(ExplanationForm.model_validate(told.document(), strict=False))


def list_changes(asked: Asked) -> Answered:
    """Answer with who has changed what."""
    query = asked.query
    assert isinstance(query, ChangesQuery)
    found = asked.house.console.changes.explained()
    accounts = [_form(each) for each in found if query.account in {None, each.account}]
    return Answered(ChangesForm(read_at=asked.house.clock.now().utc, accounts=accounts))


def _form(told: Explained) -> ExplainedForm:
    return ExplainedForm(
        account=told.account,
        since=told.since,
        explained_ratio=told.ratio,
        counts={by.value: count for by, count in sorted(told.counts.items())},
        unexplained=list(map(_change, told.unexplained)),
        latest=list(map(_change, told.latest)),
    )


def _change(change: Change) -> ChangeForm:
    return ChangeForm.model_validate(change_document(change), strict=False)


ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/explain",
        "Why people are told of a symbol, or are not.",
        show_explanation,
        ExplanationForm,
        query=ExplainQuery,
    ),
    Endpoint(
        "GET",
        "/api/v1/changes",
        "Who has changed what, and how much of it is explained.",
        list_changes,
        ChangesForm,
        query=ChangesQuery,
    ),
)

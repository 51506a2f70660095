"""Why people are told of a symbol, or are not: what each side said and when, and what decided; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.change import Change
from reconciler.facts.wording import clock, duration, holding, number
from reconciler.kinds.registry import is_blindness
from reconciler.sight.account_state import AccountState, cycle_of, state_of
from reconciler.sight.change_words import change_document, change_line
from reconciler.views.account import PositionView
from reconciler.views.alert import AlertView
from reconciler.views.now import NowView
from reconciler.views.verification import VerificationView

_TOLD = 5
"""Of changes, of alerts that are over and of verifications so many are told, the latest."""


class Word(StrEnum):
    """What an explanation comes to."""

    AGREES = "agrees"  # nothing is wrong, and all was seen
    DISCREPANCY = "discrepancy"  # people are told of one
    UNCHECKED = "unchecked"  # one is only suspected, or not all could be seen


@dataclass(frozen=True, slots=True)
class Material:
    """What is stored of a symbol of one account.

    Attributes:
        now: What is known of all accounts.
        account: Whose.
        symbol: ccxt unified form.
        legs: Its legs, as they were last compared.
        alerts: Its alerts and those of the whole account, suspected ones too, newest first.
        changes: Its last changes, newest first.
        verifications: Its last verifications, newest first.
    """

    now: NowView
    account: str
    symbol: str
    legs: Sequence[PositionView]
    alerts: Sequence[AlertView]
    changes: Sequence[Change]
    verifications: Sequence[VerificationView]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer.

    Attributes:
        account: Whose.
        symbol: ccxt unified form.
        at: When it was so, aware UTC.
        word: What it comes to.
        sight: How well the account is seen, and what is not.
        legs: What each side said of each leg, and what follows.
        alerts: Why people are told, or not yet, or not any more.
        changes: Who did the last changes.
        verifications: What came of the last questions about its orders.
    """

    account: str
    symbol: str
    at: datetime
    word: Word
    sight: tuple[str, ...]
    legs: tuple[str, ...]
    alerts: tuple[str, ...]
    changes: tuple[str, ...]
    verifications: tuple[str, ...]
    documents: tuple[dict[str, Any], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {
            "account": self.account,
            "symbol": self.symbol,
            "at": self.at.isoformat(),
            "verdict": self.word.value,
            "sight": list(self.sight),
            "legs": list(self.legs),
            "alerts": list(self.alerts),
            "changes": list(self.documents),
            "verifications": list(self.verifications),
        }


def explained(material: Material) -> Explanation:
    """Say why people are told of a symbol, or why they are not."""
    size = next((leg.contract_size for leg in material.legs), None)
    changes = material.changes[:_TOLD]
    return Explanation(
        account=material.account,
        symbol=material.symbol,
        at=material.now.read_at,
        word=_word(material),
        sight=tuple(_sight(material)),
        legs=tuple(_legs(material)),
        alerts=tuple(_alerts(material)),
        changes=tuple(change_line(each, size) for each in changes),
        verifications=tuple(_verification(each) for each in material.verifications[:_TOLD]),
        documents=tuple(map(change_document, changes)),
    )


def _word(material: Material) -> Word:
    now, told = material.now, [each.alert for each in material.alerts]
    ours = [each for each in told if each.key.symbol == material.symbol]
    if any(each.state.open and each.fired_at is not None for each in ours if not is_blindness(each.key.kind)):
        return Word.DISCREPANCY
    unknown = any(leg.verdict == "unknown" for leg in material.legs)
    seen = state_of(now, material.account) is AccountState.WATCHED
    waiting = any(each.state.open for each in ours) or any(leg.verdict == "differs" for leg in material.legs)
    return Word.AGREES if seen and not unknown and not waiting else Word.UNCHECKED


def _sight(material: Material) -> Iterator[str]:
    now, account = material.now, material.account
    state, cycle = state_of(now, account), cycle_of(now, account)
    whole = None if cycle is None else cycle.last_complete_at
    seen = "never seen whole" if whole is None else f"last seen whole {_ago(now.read_at, whole)}"
    warning = "" if state is AccountState.WATCHED else ": what follows may not be so any more"
    yield f"{account} is {state.value.replace('_', ' ')}, {seen}{warning}"
    for problem in () if cycle is None else cycle.problems:
        yield f"could not be checked: {problem}"
    for source in now.sources:
        if source.account == account and source.state != "unsupported":
            good = "never well" if source.last_ok is None else f"well {_ago(now.read_at, source.last_ok)}"
            detail = f": {source.detail}" if source.state not in {"ok", "untried"} and source.detail else ""
            yield f"{source.source} is {source.state}, {good}{detail}"


def _legs(material: Material) -> Iterator[str]:
    if not material.legs:
        cycle = cycle_of(material.now, material.account)
        whole = None if cycle is None else cycle.last_complete_at
        if cycle is None or whole is None or cycle.status != "complete":
            yield "neither a bot nor the exchange has shown it; not all could be seen, so that is not known"
        else:
            yield f"neither a bot nor the exchange holds anything, seen {_ago(material.now.read_at, whole)}"
    for leg in material.legs:
        yield _leg(leg, material.now.read_at)


def _leg(leg: PositionView, now: datetime) -> str:
    name = "" if leg.leg == "net" else f"{leg.leg}: "
    parts = [f"{name}{_VERDICTS.get(leg.verdict, leg.verdict)}: {_bot(leg, now)}, {_exchange(leg, now)}"]
    parts.append(_stop(leg, now))
    if leg.verdict == "in flight" and leg.expected_low is not None and leg.expected_high is not None:
        low, high = number(leg.expected_low), number(leg.expected_high)
        parts.append(f"the bot's own orders allow {low} to {high}")
    if leg.waits:
        parts.append(leg.waits)
    return "; ".join(filter(None, parts))


_VERDICTS = {
    "agree": "agrees",
    "dust": "differs by next to nothing, which is not told",
    "unknown": "is not known",
}


def _bot(leg: PositionView, now: datetime) -> str:
    if leg.expected is None:
        read = "" if leg.ledger_at is None else f", read {_ago(now, leg.ledger_at)}"
        return f"no bot knows it{read}"
    age = "not read" if leg.ledger_at is None else f"read {_ago(now, leg.ledger_at)}"
    held = holding(leg.expected, leg.symbol, leg.contract_size)
    return f"bot {held} ({leg.ledger_state}; {', '.join(leg.ledgers)}, {age})"


def _exchange(leg: PositionView, now: datetime) -> str:
    if leg.observed is None:
        return "exchange could not be seen"
    age = "" if leg.observed_at is None else f" {_ago(now, leg.observed_at)}"
    by = "" if leg.observed_by is None else f", by {leg.observed_by.value}"
    return f"exchange {holding(leg.observed, leg.symbol, leg.contract_size)} (seen{age}{by})"


def _stop(leg: PositionView, now: datetime) -> str:
    if leg.stop in {"", "not needed"}:
        return ""
    at = "" if leg.stop_price is None else f" at {number(leg.stop_price)}"
    asked = ", not asked for" if leg.stop_at is None else f", asked {_ago(now, leg.stop_at)}"
    return f"stop {leg.stop}{at}{asked}"


def _alerts(material: Material) -> Iterator[str]:
    told = [view for view in material.alerts if view.alert.state.open]
    over = [view for view in material.alerts if not view.alert.state.open]
    if not told:
        yield "nobody is told of anything: no alert of it is open"
    for view in told:
        yield from _open_alert(view)
    for view in over[:_TOLD]:
        alert = view.alert
        when = "" if alert.resolved_at is None else f" at {clock(alert.resolved_at)}"
        yield f"over: {_name(alert)} was {alert.state.value}{when}: {_last_reason(view)}"


def _open_alert(view: AlertView) -> Iterator[str]:
    alert = view.alert
    if alert.state is AlertState.PENDING:
        since = f"since {clock(alert.first_seen)}"
        yield f"suspected, not told yet: {_name(alert)}, {since}: {alert.reason}"
    else:
        fired = "" if alert.fired_at is None else f" since {clock(alert.fired_at)}"
        yield f"told: {_name(alert)} is {alert.state.value}{fired}: {alert.reason}"
        for each in view.transitions:
            yield f"  {clock(each.at)} {each.action} by {each.actor}: {each.reason}"
    if view.quiet is not None:
        yield f"  it is quiet: {view.quiet.why}"
    if alert.frozen_since is not None:
        yield f"  it cannot be checked since {clock(alert.frozen_since)}"


def _last_reason(view: AlertView) -> str:
    return view.transitions[-1].reason if view.transitions else view.alert.reason


def _name(alert: Alert) -> str:
    return f"alert {alert.id}, {alert.severity.value} {alert.key.kind.value}"


def _verification(view: VerificationView) -> str:
    grade = f", {view.grade.replace('_', ' ')}" if view.grade else ""
    by = f", by {view.decided_by.value}" if view.decided_by is not None else ""
    order = f" of order {view.order_id}" if view.order_id else ""
    return f"{clock(view.asked_at)} {view.question}{order}: {view.verdict}{grade}{by}: {view.reason}"


def _ago(now: datetime, at: datetime) -> str:
    return f"{duration(max(0.0, (now - at).total_seconds()))} ago"


def named_legs(legs: Iterable[PositionView], account: str, symbol: str) -> list[PositionView]:
    """Return the legs of a symbol of an account."""
    return [each for each in legs if (each.account, each.symbol) == (account, symbol)]

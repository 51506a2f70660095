"""One leg by itself: both sides as one table, its alerts, and what was verified about it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

import streamlit as st

from dashboard import state_reader
from dashboard.kept import unless_changed
from dashboard.look.colours import Tone
from dashboard.look.difference import Difference, difference_table
from dashboard.look.markup import link, said, whole
from dashboard.look.panel import page_head, panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.position import Grade, believed, covered_by, pnl_of, side_of, state_of
from dashboard.words.verdict import Unread
from reconciler.alerts.alert import Alert
from reconciler.alerts.wording import sight
from reconciler.sight.change_words import change_line
from reconciler.views.account import PositionView
from reconciler.views.alert_list import AlertFilter
from reconciler.views.now import NowView
from reconciler.views.verification import VerificationView
from verification.facts.leg import Leg, LegKey

CHANGES_SHOWN = 20
ALERTS_SHOWN, VERIFICATIONS_READ, VERIFICATIONS_SHOWN = 50, 500, 20

_TONES = {
    Grade.BAD: Tone.CRITICAL,
    Grade.UNSEEN: Tone.WARNING,
    Grade.POOR: Tone.WARNING,
    Grade.MOVING: Tone.SECOND,
    Grade.GOOD: Tone.GOOD,
}
_NO_WORD = "\N{EN DASH}"


def address_of(key: LegKey) -> str:
    """Return the address of a leg's own view, from the page of positions."""
    return f"positions?leg={quote(f'{key.account}|{key.symbol}|{key.leg.value}', safe='')}"


def key_of(named: str) -> LegKey | None:
    """Return the leg that an address names; None where it names none."""
    account, _, rest = named.partition("|")
    symbol, _, leg = rest.rpartition("|")
    known = leg in {each.value for each in Leg}
    return LegKey(account, symbol, Leg(leg)) if account and symbol and known else None


def show_leg(key: LegKey, legs: Sequence[PositionView], view: NowView) -> None:
    """Show a leg, with the way back to all of them."""
    name = key.symbol if key.leg is Leg.NET else f"{key.symbol} {key.leg.value} leg"
    found = next((leg for leg in legs if LegKey(leg.account, leg.symbol, leg.leg) == key), None)
    if found is None:
        note, tone = "neither side holds it now, as far as was read", Tone.SECOND
    else:
        state = state_of(found)
        note, tone = state.text, _TONES[state.grade]
    st.html(link("All positions", "positions") + page_head(f"{name}, {key.account}", note=note, tone=tone))
    if found is not None:
        st.html(both_sides(found, view.read_at))
    st.html(_changes(key, found))
    st.html(_alerts(key, view.read_at))
    st.html(_verifications(key, view.read_at))


def both_sides(leg: PositionView, now: datetime) -> str:
    """Return the table of both sides of a leg."""
    facts = [
        _fact("Side", _side(believed(leg), leg), _side(leg.observed, leg), leg),
        _fact("Size", _size(believed(leg), leg), _size(leg.observed, leg), leg),
        Difference("Stop", _NO_WORD, _stop(leg), _stop_said(leg, now), _stop_differs(leg)),
        _state(leg),
        *_prices(leg),
    ]
    bot = "Bot, not read" if leg.ledger_at is None else f"Bot, read {words.ago(leg.ledger_at, now)}"
    seen = "Exchange, not read"
    if leg.observed_at is not None and leg.observed_by is not None:
        seen = f"Exchange, {words.ago(leg.observed_at, now)} by {sight(leg.observed_by.value)}"
    books = ", ".join(leg.ledgers)
    note = f"books of {books}" if books else "in no books" if leg.ledger_at is not None else "books not read"
    return panel("Bot and exchange", difference_table(facts, bot=bot, exchange=seen), note=note)


def _fact(name: str, bot: str, exchange: str, leg: PositionView) -> Difference:
    if leg.verdict == "unknown" or "not read" in (bot, exchange):
        return Difference(name, bot, exchange, "not known whether they agree", None)
    differs = bot != exchange
    if differs and leg.verdict in {"in flight", "dust"}:
        meaning = "orders of the bot explain it" if leg.verdict == "in flight" else "next to nothing"
        return Difference(name, bot, exchange, meaning, differs=False)
    return Difference(name, bot, exchange, "differs" if differs else "same", differs=differs)


def _state(leg: PositionView) -> Difference:
    exchange = side_of(leg) or "not read"
    if leg.ledger_at is None:
        return Difference("State", leg.ledger_state or "not read", exchange, "not known", differs=None)
    return Difference("State", leg.ledger_state or "no row", exchange, "", differs=False)


def _prices(leg: PositionView) -> list[Difference]:
    quoted = words.quote_of(leg.symbol)

    def one(name: str, price: Decimal | None, meaning: str = "") -> Difference:
        told = _NO_WORD if price is None else f"{words.number(price)} {quoted}"
        return Difference(name, _NO_WORD, told, meaning or "as the exchange says", differs=False)

    pnl = pnl_of(leg)
    result = "not known" if pnl is None else f"{words.signed_money(pnl, quoted)} at the mark shown"
    return [
        one("Entry", leg.entry_price),
        one("Mark", leg.mark_price, f"result {result}"),
        one("Liquidation", leg.liquidation_price),
    ]


def _side(signed: Decimal | None, leg: PositionView) -> str:
    if signed is None:
        return "not read"
    if not signed:
        return "none"
    return leg.leg.value if leg.leg is not Leg.NET else "long" if signed > 0 else "short"


def _size(signed: Decimal | None, leg: PositionView) -> str:
    if signed is None:
        return "not read"
    told = words.size(abs(signed), leg.contract_size, leg.symbol)
    several = leg.contract_size not in {None, Decimal(1)} and signed
    return f"{told} ({words.number(abs(signed))} contracts)" if several else told


def _stop(leg: PositionView) -> str:
    told = covered_by(leg) or "not needed"
    return told if leg.stop_price is None else f"{told} at {words.number(leg.stop_price)}"


def _stop_differs(leg: PositionView) -> bool | None:
    if leg.stop == "unknown":
        return None
    return leg.stop in {"none", "idle", "partial"}


def _stop_said(leg: PositionView, now: datetime) -> str:
    if leg.stop == "software":
        return "the bot closes by itself"
    return "" if leg.stop_at is None else f"orders asked for {words.ago(leg.stop_at, now)}"


def _changes(key: LegKey, leg: PositionView | None) -> str:
    found = state_reader.ask_changes(lambda changes: changes.of(key.account, key.symbol))
    if isinstance(found, Unread):
        return panel("What changed it", said("That could not be read."))
    mine = [each for each in found if each.leg is key.leg]
    note = "orders that traded, and who sent them; seven days back at most"
    if not mine:
        return panel("What changed it", said("Nothing was counted.", Tone.SECOND), note=note)
    size = None if leg is None else leg.contract_size
    lines = "".join(f"<li>{whole(change_line(each, size))}</li>" for each in mine[:CHANGES_SHOWN])
    more = len(mine) - CHANGES_SHOWN
    return panel(
        "What changed it",
        f'<ul class="t-list">{lines}</ul>',
        note=note,
        foot=f"{more} older ones" if more > 0 else "",
    )


def _alerts(key: LegKey, now: datetime) -> str:
    wanted = AlertFilter(accounts=frozenset({key.account}), text=key.symbol)
    found = unless_changed(
        "alerts-of-leg", wanted, lambda queries: queries.alert_list(wanted, limit=None), now=now
    )
    if isinstance(found, Unread):
        return panel("Alerts", said("They could not be read. That does not mean that there were none."))
    mine = [each for each in found.alerts if _is_of(each, key)]
    unread = [whole(line) for line in found.unreadable]
    if not mine:
        none = "None of those that could be read was" if unread else "There was none"
        return panel("Alerts", said(f"{none} on this position.", Tone.SECOND), foot="<br>".join(unread))
    columns = (Column("From"), Column("What", wide=True), Column("Lasted", right=True), Column("State"))
    body = table(columns, [_alert_row(each, now) for each in mine[:ALERTS_SHOWN]], label="Alerts of it")
    more = len(mine) - ALERTS_SHOWN
    older = [f"{more} older ones"] if more > 0 else []
    return panel("Alerts", body, note=words.count(len(mine), "alert"), foot="<br>".join([*older, *unread]))


def _is_of(alert: Alert, key: LegKey) -> bool:
    return LegKey(alert.key.account, alert.key.symbol, alert.key.leg) == key


def _alert_row(alert: Alert, now: datetime) -> Row:
    begun = alert_words.since(alert)
    lasted = (alert.resolved_at or now) - begun
    tone = Tone.CRITICAL if alert.state.open else Tone.SECOND
    return Row(
        (
            Cell(words.stamp(begun), page=f"alert?id={alert.id}"),
            Cell(alert_words.headline(alert)),
            words.duration(lasted),
            Cell(alert_words.STATE_WORD[alert.state], tone),
        )
    )


def _verifications(key: LegKey, now: datetime) -> str:
    found = unless_changed(
        "verifications-of-leg",
        key.account,
        lambda queries: queries.verifications(limit=VERIFICATIONS_READ, accounts=(key.account,)),
        now=now,
    )
    if isinstance(found, Unread):
        return panel("Verified", said("What was verified could not be read."))
    mine = [each for each in found if each.key == key]
    note = f"among the last {VERIFICATIONS_READ} of the account" if len(found) == VERIFICATIONS_READ else ""
    if not mine:
        return panel("Verified", said("No open or close of it was verified.", Tone.SECOND), note=note)
    columns = (Column("Asked"), Column("What"), Column("Answer", wide=True), Column("Took", right=True))
    rows = [_verification_row(each) for each in mine[:VERIFICATIONS_SHOWN]]
    return panel("Verified", table(columns, rows, label="Verifications of it"), note=note)


def _verification_row(each: VerificationView) -> Row:
    good = Tone.PLAIN if each.verdict in {"confirmed", "resting"} else Tone.WARNING
    return Row(
        (
            words.stamp(each.asked_at),
            f"{each.question} {words.shortened(each.order_id)}".strip(),
            Cell(f"{each.verdict}: {each.reason}", good),
            words.milliseconds(each.milliseconds),
        )
    )

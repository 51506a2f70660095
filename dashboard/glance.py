"""The rest of the first page: what was checked, what is out of line, what is over, how late fills show."""

from datetime import datetime
from decimal import Decimal
from math import log10

from dashboard.look.colours import Tone
from dashboard.look.markup import icon, link, safe, whole
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.position import Grade, side_of, state_of
from dashboard.words.verdict import blind
from reconciler.alerts.alert import Alert
from reconciler.alerts.wording import clause
from reconciler.sight.account_state import accounts_of, cycle_of, is_unheard
from reconciler.sight.exchange_page import exchange_name
from reconciler.views.account import PositionView, SourceView
from reconciler.views.now import NowView
from verification.facts.observation import Source

SHOWN = 6
_INCIDENT_MS = 3400.0
_AXIS = (1.0, 10_000.0)
"""The first and last milliseconds of the axis of latencies, which is logarithmic."""
_SOURCES = {Source.WEBSOCKET: "Websocket", Source.ORDER: "Order status", Source.REST: "Position list"}
_TONES = {
    Grade.BAD: (Tone.CRITICAL, "error"),
    Grade.UNSEEN: (Tone.WARNING, "visibility_off"),
    Grade.POOR: (Tone.WARNING, "warning"),
    Grade.MOVING: (Tone.MOVING, "sync"),
    Grade.GOOD: (Tone.GOOD, "check"),
}


def checked(view: NowView) -> str:
    """Return what was looked at, account by account, and what is not looked at."""
    columns = (
        Column("Account"),
        Column("Exchange", spare=True),
        Column("Positions", right=True),
        Column("Bot's books", right=True),
        Column("Position list", right=True),
        Column("Open and stop orders", right=True, spare=True),
        Column("Websocket", right=True),
        Column("Read whole", right=True),
    )
    rows = [_account(view, account) for account in accounts_of(view)]
    missing = "; ".join(_not_looked_at(view))
    sign = icon("visibility_off")
    foot = f"{sign}<b>Not looked at:</b> {whole(missing)}. Nothing is said about it." if missing else ""
    body = table(columns, rows, label="What was checked, account by account")
    return panel("What was checked", body, note="last word of each; what is old is not green", foot=foot)


def _account(view: NowView, account: str) -> Row:
    cycle = cycle_of(view, account)
    own = [source for source in view.sources if source.account == account]
    ledgers = [source for source in own if source.source.startswith("ledger:")]
    orders = [source for source in own if source.source in {"orders", "conditional_orders"}]
    return Row(
        (
            Cell(words.shortened(account), strong=True),
            Cell(exchange_name(cycle.venue) if cycle else words.UNKNOWN, Tone.SECOND),
            Cell(f"{cycle.legs:,}" if cycle else words.UNKNOWN),
            _heard(view, ledgers),
            _heard(view, [source for source in own if source.source == "rest"]),
            _heard(view, orders),
            _heard(view, [source for source in own if source.source == "websocket"]),
            Cell(words.ago(cycle.last_complete_at if cycle else None, view.read_at), Tone.SECOND),
        )
    )


def _heard(view: NowView, sources: list[SourceView]) -> Cell:
    """Say when the one of them was heard that was heard longest ago, green only where all are well now."""
    if not sources:
        return Cell("\N{EN DASH}", Tone.DIM)
    poor = [source for source in sources if source.state != "ok"]
    if poor:
        known = poor[0].state == "unsupported"
        return Cell("none here" if known else poor[0].state, Tone.DIM if known else Tone.WARNING)
    oldest = min(source.last_ok or source.at for source in sources)
    old = blind(view, sources[0].account) or any(is_unheard(source, view) for source in sources)
    return Cell(words.ago(oldest, view.read_at), Tone.DIM if old else Tone.PLAIN, mark="" if old else "check")


def _not_looked_at(view: NowView) -> list[str]:
    lines = [f"{cycle.account}: {problem.rstrip('.')}" for cycle in view.cycles for problem in cycle.problems]
    lines += [
        f"{source.account}: {source.detail.rstrip('.')}"
        for source in view.sources
        if source.state == "untried" and source.detail
    ]
    return list(dict.fromkeys(lines))[:SHOWN]


def out_of_line(view: NowView) -> str:
    """Return the positions that somebody should look at, worst first."""
    legs = sorted(view.legs.out_of_line, key=lambda leg: (state_of(leg).grade, -float(leg.notional or 0)))
    total = sum(cycle.legs for cycle in view.cycles)
    note = f"{len(legs)} of {total}, base amounts, worst first"
    way = link("All positions", "positions", "chevron_right")
    if not legs:
        said = "Nothing is known of any position." if not view.cycles else f"None of {total}."
        return panel("Positions out of line", f'<div class="t-body t-second">{said}</div>', more=way)
    columns = (
        Column("Symbol"),
        Column("Account", spare=True),
        Column("Bot", right=True),
        Column("Exchange", right=True),
        Column("State"),
        Column("Value", right=True),
    )
    body = table(columns, [_leg(leg) for leg in legs[:SHOWN]], label="Positions out of line, worst first")
    return panel("Positions out of line", body, note=note, more=way)


def _leg(leg: PositionView) -> Row:
    state = state_of(leg)
    tone, sign = _TONES[state.grade]
    bot = None if leg.expected is None and leg.ledger_at is None else leg.expected or Decimal(0)
    return Row(
        (
            Cell(f"{words.shortened(leg.symbol)} {side_of(leg)}", strong=True),
            Cell(words.shortened(leg.account), Tone.SECOND),
            Cell(_amount(bot, leg)),
            Cell(_amount(leg.observed, leg)),
            Cell(state.text, tone, sign=sign),
            Cell(words.exact_money(leg.notional, words.quote_of(leg.symbol))),
        )
    )


def _amount(signed: Decimal | None, leg: PositionView) -> str:
    if signed is None:
        return "\N{EN DASH}"
    if leg.contract_size is None and signed:
        return f"{words.number(signed)} contracts"
    return words.number(signed * (leg.contract_size or 0)).replace("-", "\N{MINUS SIGN}")


def over(view: NowView) -> str:
    """Return what has ended lately, newest first: what it was, and why it ended."""
    way = link("All alerts", "alerts", "chevron_right")
    if not view.resolved:
        return panel("Over lately", '<div class="t-body t-second">Nothing was told yet.</div>', more=way)
    columns = (
        Column("Ended, UTC"),
        Column("What it was", wide=True),
        Column("Account", spare=True),
        Column("Exposure then", right=True, spare=True),
        Column("How it ended", wide=True),
    )
    rows = [_ended(alert, view.read_at) for alert in view.resolved[:SHOWN]]
    return panel(
        "Over lately", table(columns, rows, label="Alerts that are over"), note="newest first", more=way
    )


def _ended(alert: Alert, now: datetime) -> Row:
    return Row(
        (
            Cell(words.day_time(alert.resolved_at, now), Tone.SECOND),
            Cell(clause(alert, alert_words.subject(alert)), page=f"alert?id={alert.id}"),
            Cell(words.shortened(alert.key.account), Tone.SECOND),
            Cell("" if alert.exposure is None else alert_words.exact_exposure(alert)),
            Cell(alert_words.end(alert, now), Tone.SECOND),
        )
    )


def latency(view: NowView) -> str:
    """Return how late each source shows a fill, beside the three seconds by which the list once was."""
    way = link("Latency", "latency", "chevron_right")
    if not view.p95_ms:
        said = "No fill was measured in the last hour."
        return panel("A fill shows after", f'<div class="t-body t-second">{said}</div>', more=way)
    bars = "".join(_bar(name, source, view.p95_ms.get(source)) for source, name in _SOURCES.items())
    marks = "".join(
        f'<span style="left:{_place(value):.1f}%">{label}</span>'
        for value, label in ((10.0, "10 ms"), (100.0, "100 ms"), (1000.0, "1 s"))
    )
    incident = (
        f'<span class="t-incident" style="left:{_place(_INCIDENT_MS):.1f}%">3.4 s, a bot rolled back</span>'
    )
    track = f'<div class="t-track">{marks}{incident}</div>'
    axis = f'<div class="t-lag t-axis"><span></span><span></span>{track}</div>'
    return panel(
        "A fill shows after", f'<div class="t-body">{bars}{axis}</div>', note="95 of 100, last hour", more=way
    )


def _bar(name: str, source: Source, value: float | None) -> str:
    said = "not measured" if value is None else words.milliseconds(value)
    bar = ""
    if value is not None:
        bar = f'<span class="t-bar t-of-{source.value}" style="width:{_place(value):.1f}%"></span>'
    return (
        f'<div class="t-lag"><span class="t-second">{safe(name)}</span><b>{safe(said)}</b>'
        f'<div class="t-track">{bar}</div></div>'
    )


def _place(milliseconds: float) -> float:
    first, last = map(log10, _AXIS)
    return 100 * (min(max(log10(max(milliseconds, 1e-3)), first), last) - first) / (last - first)

"""One alert as a person reads it at night: two lines, what can be done at the right, more when it is open."""

from datetime import datetime

import streamlit as st

from dashboard import opened as opening
from dashboard.acknowledging import acknowledge_button, more_button, snooze_menu
from dashboard.cards import details_link, waits
from dashboard.checking import check_again_button
from dashboard.look.difference import difference_table
from dashboard.look.markup import icon, safe, whole
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.sides import brief, heads
from reconciler.alerts.alert import Alert
from reconciler.alerts.runbook import steps_for
from reconciler.alerts.wording import clause, sight, told
from reconciler.facts.finding import Evidence, Party, Severity
from reconciler.kinds.registry import is_blindness
from reconciler.sight.exchange_page import exchange_name, exchange_page
from reconciler.views.account import PositionView
from reconciler.views.now import NowView

SHOWN = 4
TONE = {Severity.CRITICAL: "critical", Severity.WARNING: "warning", Severity.INFO: "moving"}
_SIGN = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
_SEEN_BY = {"websocket": "cell_tower", "order": "receipt_long", "rest": "list_alt"}


def alert_card(alert: Alert, view: NowView, *, is_open: bool, filled: bool) -> None:
    """Show one open alert. `filled` is for the one button of the screen that is."""
    blind = "blind-" if is_blindness(alert.key.kind) else ""
    with st.container(key=f"alert-{alert.id}-card-{blind}{TONE[alert.severity]}", gap="xsmall"):
        with st.container(key=f"row-{alert.id}", horizontal=True, gap="small", vertical_alignment="center"):
            st.html(_line(alert, view))
            _actions(alert, view, is_open=is_open, filled=filled)
        if is_open:
            st.html(_more(alert, view))
            with st.container(key=f"ways-{alert.id}", horizontal=True, gap="small"):
                details_link(alert, "All 3 steps, timeline, history")
                if waits(alert):
                    more_button(alert, view.read_at)


def _actions(alert: Alert, view: NowView, *, is_open: bool, filled: bool) -> None:
    now = view.read_at
    with st.container(key=f"actions-{alert.id}", horizontal=True, gap="xsmall", width="content"):
        if waits(alert):
            acknowledge_button(alert, now, primary=filled)
            snooze_menu(alert, now)
        else:
            more_button(alert, now)
        check_again_button(alert)
        _exchange_link(alert, view)
        st.button(
            "Fold" if is_open else "Open",
            key=f"open-{alert.id}",
            icon=":material/expand_less:" if is_open else ":material/expand_more:",
            on_click=opening.turn,
            args=(alert.id,),
            kwargs={"is_open": is_open},
        )


def _exchange_link(alert: Alert, view: NowView) -> None:
    """Show the way to the symbol on the exchange's own site; for a blindness, to what is seen of all."""
    if is_blindness(alert.key.kind):
        return
    venue = _venue(alert, view)
    page = None if venue is None else exchange_page(venue, alert.key.symbol)
    if venue is not None and page is not None:
        st.link_button(exchange_name(venue), page, icon=":material/open_in_new:")


def _venue(alert: Alert, view: NowView) -> str | None:
    return next((cycle.venue for cycle in view.cycles if cycle.account == alert.key.account), None)


def _line(alert: Alert, view: NowView) -> str:
    now = view.read_at
    word = alert_words.SEVERITY_WORD[alert.severity]
    tone = TONE[alert.severity]
    sign = "visibility_off" if is_blindness(alert.key.kind) else _SIGN[alert.severity]
    age = words.duration(now - alert_words.since(alert))
    severity = f'<div class="t-{tone} t-strong">{icon(sign)}{word}</div><div class="t-age">{safe(age)}</div>'
    return (
        f'<div class="t-row"><div class="t-sev">{severity}</div>'
        f'<div class="t-what"><div class="t-title">{_title(alert)}</div>'
        f'<div class="t-second">{whole(_second(alert, view))}</div>{_handled(alert, view)}</div>'
        f"{_worth(alert)}</div>"
    )


def _title(alert: Alert) -> str:
    if is_blindness(alert.key.kind):
        return f'<span class="t-chip t-warning">Blind</span>{whole(clause(alert, ""))}'
    held = alert_words.based(alert)
    rest = f" {safe(held)}" if held else ""
    said = safe(told(alert).clause)
    return f'<b>{safe(alert_words.subject(alert))}</b>{rest} <span class="t-second">{said}</span>'


def _second(alert: Alert, view: NowView) -> str:
    account = alert.key.account
    venue = _venue(alert, view)
    where = words.shortened(account) + ("" if venue is None else f", {exchange_name(venue)}")
    return f"{where} · {alert.reason}"


def _handled(alert: Alert, view: NowView) -> str:
    now = view.read_at
    lines = (
        ("check", alert_words.acknowledged(alert, now)),
        ("bedtime", alert_words.quieted(view.quiet.get(alert.id), now)),
        ("visibility_off", _frozen(alert, now)),
    )
    return "".join(f'<div class="t-second">{icon(sign)}{whole(said)}</div>' for sign, said in lines if said)


def _frozen(alert: Alert, now: datetime) -> str:
    if alert.frozen_since is None or is_blindness(alert.key.kind):
        return ""
    return f"Cannot be checked since {words.ago(alert.frozen_since, now)}: it may be over, or worse"


def _worth(alert: Alert) -> str:
    if is_blindness(alert.key.kind):
        return '<div class="t-worth"></div>'
    money = alert_words.exact_exposure(alert)
    how = alert_words.exposed_how(alert)
    return (
        f'<div class="t-worth"><div class="t-strong">{safe(money)}</div>'
        f'<div class="t-age">{safe(how)}</div></div>'
    )


def _more(alert: Alert, view: NowView) -> str:
    facts = brief(alert, _leg(alert, view))
    bot, exchange = heads(alert, view.read_at)
    table = (
        f'<div class="t-facts">{difference_table(facts, bot=bot, exchange=exchange)}</div>' if facts else ""
    )
    step = f'<div class="t-step"><div class="t-label">First step</div>{whole(steps_for(alert)[0])}</div>'
    return f'<div class="t-open">{step}{table}{_evidence(alert, view.read_at)}</div>'


def _leg(alert: Alert, view: NowView) -> PositionView | None:
    key = (alert.key.account, alert.key.symbol, alert.key.leg)
    legs = (leg for leg in view.legs.out_of_line if (leg.account, leg.symbol, leg.leg) == key)
    return next(legs, None)


def _evidence(alert: Alert, now: datetime) -> str:
    items = "".join(evidence_item(item, now) for item in alert.evidence[:SHOWN])
    left = len(alert.evidence) - SHOWN
    more = f'<li class="t-note">and {left} more on its page</li>' if left > 0 else ""
    none = "" if items else '<li class="t-note">None was stored.</li>'
    return f'<div class="t-proof"><div class="t-label">Evidence</div><ul>{items}{more}{none}</ul></div>'


def evidence_item(item: Evidence, now: datetime) -> str:
    """Return one piece of evidence: who says it, what, and when it was read."""
    sign = "menu_book" if item.party is Party.BOT else _SEEN_BY.get(item.source, "visibility")
    at = "" if item.at is None else f"{item.at:%H:%M:%S}"
    changed = alert_words.changed_at(item)
    age = "" if item.at is None else f"read {words.ago(item.at, now)}{words.unchanged(changed, item.at)}"
    return (
        f"<li>{icon(sign)}<span><b>{whole(source_of(item))}:</b> {whole(item.text)}</span>"
        f'<span class="t-age" title="{safe(age)}">{at}</span></li>'
    )


def source_of(item: Evidence) -> str:
    """Name who said a piece of evidence: `Bot mybot`, `Position list`."""
    if item.party is Party.BOT:
        ledger = item.source.removeprefix("ledger:")
        return "Bot" if ledger == "ledger" else f"Bot {ledger}"
    seen = sight(item.source)
    return f"{seen[:1].upper()}{seen[1:]}"

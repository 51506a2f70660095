"""The sentence on top of every page: whole on the first page, one line and the way to the worst elsewhere."""

from typing import Final

import streamlit as st

from dashboard.look.markup import icon, link, whole
from dashboard.words.verdict import Level, Verdict, ended

_FORM: Final = {
    Level.BLIND: ("t-critical t-blind", "visibility_off"),
    Level.CRITICAL: ("t-critical", "error"),
    Level.WARNING: ("t-warning", "warning"),
    Level.WELL: ("t-good", "verified"),
}


def banner(verdict: Verdict, *, home: bool) -> None:
    """Show it, coloured by how loud it is, always with a picture; it is read aloud when it changes."""
    with st.container(key=f"verdict-{verdict.level.value}"):
        st.html(_whole(verdict) if home else _line(verdict))


def _whole(verdict: Verdict) -> str:
    worst = f"<b>Worst:</b> {whole(verdict.worst)}. " if verdict.worst else ""
    first = f"<b>First:</b> {whole(verdict.first)}" if verdict.first else ""
    text = f"{whole(verdict.text)} " if verdict.text else ""
    second = f"{text}{worst}{first}".strip()
    below = f"<div>{second}</div>" if second else ""
    said = f'<div class="t-said"><div class="t-lead">{whole(verdict.lead)}</div>{below}</div>'
    aside = f'<div class="t-aside">{whole(verdict.aside)}</div>' if verdict.aside else ""
    return _framed(verdict.level, f"{said}{aside}")


def _line(verdict: Verdict) -> str:
    worst = f" Worst: {whole(verdict.worst)}." if verdict.worst else ""
    text = f" {whole(verdict.text)}" if verdict.text else ""
    way = ""
    if verdict.alert is not None:
        way = f'<div class="t-aside">{link("Go to it", f"alert?id={verdict.alert}", "arrow_forward")}</div>'
    elif verdict.aside:
        way = f'<div class="t-aside">{whole(verdict.aside)}</div>'
    lead = f"<b>{whole(ended(verdict.lead))}</b>"
    return _framed(verdict.level, f'<div class="t-said">{lead}{worst}{text}</div>{way}')


def _framed(level: Level, body: str) -> str:
    kind, sign = _FORM[level]
    return f'<div class="t-banner {kind}" role="status">{icon(sign)}{body}</div>'

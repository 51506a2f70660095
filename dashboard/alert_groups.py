"""Many alerts in few lines: by account and kind, the worst group first; one is opened at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import streamlit as st

from dashboard.alert_card import TONE, alert_card
from dashboard.look.markup import icon, safe
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.risk import of_alerts
from reconciler.alerts.alert import Alert
from reconciler.alerts.wording import told
from reconciler.views.now import NowView

MOST = 20
"""Cards that are shown one by one; more of them are grouped."""
_OPEN_GROUP = "opened-group"
_ALERTS = "screens/alerts.py"


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts of one account and kind, in the order given: the worst of them first."""

    account: str
    title: str
    kind: str
    alerts: tuple[Alert, ...]

    @property
    def name(self) -> str:
        """A short name that stays the same from one refresh to the next."""
        return sha256(f"{self.account}\n{self.kind}".encode()).hexdigest()[:12]


def groups_of(alerts: Sequence[Alert]) -> tuple[Group, ...]:
    """Return the groups, that of the worst alert first."""
    found: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        found.setdefault((alert.key.account, alert.key.kind.value), []).append(alert)
    return tuple(
        Group(account, told(each[0]).title, kind, tuple(each)) for (account, kind), each in found.items()
    )


def show_groups(alerts: Sequence[Alert], view: NowView) -> None:
    """Show the groups; the cards of one only where somebody has opened it."""
    for group in groups_of(alerts):
        is_open = st.session_state.get(_OPEN_GROUP) == group.name
        with st.container(
            key=f"group-row-{group.name}-card-{TONE[group.alerts[0].severity]}",
            horizontal=True,
            gap="small",
            vertical_alignment="center",
        ):
            st.html(_line(group, view))
            st.button(
                "Fold" if is_open else "Show",
                key=f"open-group-{group.name}",
                icon=":material/expand_less:" if is_open else ":material/expand_more:",
                on_click=_turn,
                args=(group.name,),
                kwargs={"is_open": is_open},
            )
        if is_open:
            _cards(group, view)


def _cards(group: Group, view: NowView) -> None:
    for alert in group.alerts[:MOST]:
        alert_card(alert, view, is_open=False, filled=False)
    left = len(group.alerts) - MOST
    if left > 0:
        st.page_link(
            _ALERTS,
            label=f"{left} more of them under Alerts",
            icon=":material/chevron_right:",
            query_params={"account": group.account, "kind": group.kind},
        )


def _turn(name: str, *, is_open: bool) -> None:
    st.session_state[_OPEN_GROUP] = None if is_open else name


def _line(group: Group, view: NowView) -> str:
    worst = group.alerts[0]
    tone, word = TONE[worst.severity], alert_words.SEVERITY_WORD[worst.severity]
    oldest = words.duration(view.read_at - min(map(alert_words.since, group.alerts)))
    symbols = ", ".join(alert_words.subject(alert) for alert in group.alerts[:3])
    more = f" and {len(group.alerts) - 3} more" if len(group.alerts) > 3 else ""  # noqa: PLR2004 - as above
    risk = of_alerts(group.alerts)
    money = "" if risk.nothing else f'<div class="t-strong">{safe(risk.said)}</div>'
    how = f'<div class="t-age">{safe(risk.unpriced_said)}</div>' if risk.unpriced else ""
    account = safe(words.shortened(group.account))
    return (
        f'<div class="t-row"><div class="t-sev"><div class="t-{tone} t-strong">{icon("stacks")}{word}</div>'
        f'<div class="t-age">oldest {safe(oldest)}</div></div><div class="t-what"><div class="t-title">'
        f"<b>{len(group.alerts):,} alerts: {safe(group.title)}</b> on {account}</div>"
        f'<div class="t-second">{safe(symbols)}{more}</div></div>'
        f'<div class="t-worth">{money}{how}</div></div>'
    )

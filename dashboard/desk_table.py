"""The accounts of one group as a table; a row leads to the positions and alerts of its account. Pure."""

from datetime import datetime
from urllib.parse import quote

from dashboard.look.colours import Tone
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import desk
from dashboard.words import numbers as words
from dashboard.words.desk import Group, Line
from reconciler.facts.finding import Severity
from reconciler.sight.account_state import AccountState

COLUMNS = (
    Column("Account"),
    Column("State"),
    Column("Unprotected now", right=True),
    Column("At risk", right=True, spare=True),
    Column("Unprotected today, $·s", right=True, spare=True),
    Column("Open alerts"),
    Column("Matched", right=True, spare=True),
    Column("Seen whole", right=True, spare=True),
    Column("Watched by", spare=True),
)
_SIGNS = {
    AccountState.WATCHED: (Tone.GOOD, "check_circle"),
    AccountState.PARTIAL: (Tone.WARNING, "visibility_off"),
    AccountState.BLIND: (Tone.CRITICAL, "visibility_off"),
    AccountState.STALLED: (Tone.CRITICAL, "hourglass_bottom"),
    AccountState.NOT_WATCHED: (Tone.CRITICAL, "cancel"),
}


def group_panel(group: Group, now: datetime, *, named: bool) -> str:
    """Return one group's accounts. `named`: there are groups, so that one without a name says so."""
    title = words.shortened(group.name) or ("No group" if named else "Accounts")
    note = words.count(len(group.lines), "account")
    lost = sum(line.unseen for line in group.lines)
    if lost:
        note += f", {lost} not seen now"
    return panel(title, table(COLUMNS, [_row(line, now) for line in group.lines], label=title), note=note)


def _row(line: Line, now: datetime) -> Row:
    state, sign = _SIGNS[line.state]
    old = line.unseen
    name = quote(line.account, safe="")
    bare = Tone.CRITICAL if not line.bare.nothing else Tone.WARNING if line.more else Tone.SECOND
    worst = Severity.CRITICAL in line.alerts
    risk = Tone.SECOND if line.risk.nothing else Tone.CRITICAL if worst else Tone.WARNING
    told = desk.alerts_said(line)
    return Row(
        (
            Cell(words.shortened(line.account), page=f"positions?account={name}"),
            Cell(desk.WORDS[line.state], state, strong=old, sign=sign),
            Cell(desk.money(line.bare, more=line.more), bare, strong=not line.bare.nothing),
            Cell(desk.money(line.risk), risk),
            Cell(desk.today_said(line), Tone.CRITICAL if _stood(line) else Tone.SECOND),
            Cell(told, page="" if told == "-" else f"alerts?account={name}"),
            Cell(desk.matched(line), Tone.SECOND),
            Cell(desk.swept(line, now), Tone.CRITICAL if old else Tone.SECOND),
            Cell("nobody" if line.holder is None else line.holder, Tone.CRITICAL if old else Tone.DIM),
        ),
        tint=Tone.CRITICAL if old else None,
    )


def _stood(line: Line) -> bool:
    return line.today is not None and bool(line.today.dollar_seconds)

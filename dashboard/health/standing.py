"""The clocks, who watches which account, and what runs. Pure."""

from collections.abc import Iterable

from dashboard.look.colours import Tone
from dashboard.look.markup import whole
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import health as told
from dashboard.words import moments
from dashboard.words import numbers as words
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.views.health import HealthView
from reconciler.views.now import NowView


def clocks(health: HealthView) -> str:
    """Return the exchanges' clocks against this machine's, with how far that may be off."""
    found = [each for process in told.speaking(health) for each in process.clocks]
    if not found:
        return panel("Clocks", '<div class="t-body">None is known well enough to measure by.</div>')
    columns = (
        Column("Measured by"),
        Column("Ahead of ours", right=True),
        Column("Sure to", right=True),
        Column("State"),
    )
    rows = []
    for each in sorted(found, key=lambda clock: clock.account):
        off = told.is_off(each)
        state = Cell("apart", Tone.WARNING, sign="error") if off else Cell("in step", Tone.GOOD, sign="check")
        ahead, within = moments.ahead(each.ahead_ms), f"± {each.within_ms:.0f} ms"
        rows.append(
            Row((Cell(words.shortened(each.account), strong=True), ahead, Cell(within, Tone.SECOND), state))
        )
    note = f"the exchange's against this machine's; told to people past {told.CLOCK_MOST_MS:.0f} ms"
    return panel("Clocks", table(columns, rows, label="Clocks"), note=note)


def leases(view: NowView) -> str:
    """Return which process watches each account, since when, and when it last said so."""
    columns = (
        Column("Account"),
        Column("Watched by"),
        Column("For", right=True),
        Column("Last beat", right=True),
    )
    rows = []
    for each in view.watches:
        beat = each.heartbeat
        since = moments.UNTOLD if beat.started_at is None else words.duration(view.read_at - beat.started_at)
        holder = Cell("nobody", Tone.WARNING, strong=True) if each.holder is None else Cell(each.holder)
        alive = beat.state(view.read_at) is HeartbeatState.ALIVE
        age = Cell(words.ago(beat.at, view.read_at), Tone.PLAIN if alive else Tone.WARNING)
        name = Cell(words.shortened(each.account), strong=True)
        rows.append(Row((name, holder, since if alive else moments.UNTOLD, age)))
    if not rows:
        return panel("Who watches which account", '<div class="t-body">Nobody has watched any yet.</div>')
    return panel("Who watches which account", table(columns, rows, label="Who watches which account"))


def versions(health: HealthView) -> str:
    """Return what runs, in one line."""
    return f'<div class="t-versions"><b>Versions</b> {" · ".join(map(whole, _versions(health)))}</div>'


def _versions(health: HealthView) -> Iterable[str]:
    for process in told.speaking(health)[:1]:
        yield from (f"{name} {version}" for name, version in process.versions)
    named = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(health.database, health.database)
    size = "" if health.database_bytes is None else f", {health.database_bytes / 2**20:,.1f} MB"
    yield f"database {named}{size}"

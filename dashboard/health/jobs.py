"""How each kind of job goes. Pure."""

from collections.abc import Sequence

from dashboard.look.colours import Tone
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import health as told
from dashboard.words import moments
from dashboard.words import numbers as words
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.sight.account_state import accounts_of, heartbeat_of, heartbeat_state_of
from reconciler.views.health import HealthView, JobView
from reconciler.views.now import NowView

_LEDGER = "ledger:"


def jobs(view: NowView, health: HealthView) -> str:
    """Return how each kind of job goes, the worst of all accounts in one line."""
    columns = (
        Column("Job", wide=True),
        Column("Runs"),
        Column("Last good", right=True),
        Column("Took", right=True),
    )
    speaking = told.speaking(health)
    every = [each for process in speaking for each in process.jobs]
    told_of = {each.name for each in every if each.failing or each.late}
    others = {each.name for each in every} & told.SELDOM_SHOWN - told_of
    names = sorted({each.name for each in every} - {"heartbeat"} - others, key=told.job)
    rows = [_hearts(view), _books(view)]
    rows += [_job(name, [each for each in every if each.name == name], view) for name in names]
    since = min((process.started_at for process in speaking), default=None)
    if since is None:
        note = "no process has said how its jobs go"
    else:
        note = f"up {words.duration(view.read_at - since)}; told when something changes, and every 5 m"
    foot = f"{len(others)} more are well." if others else ""
    shown = [row for row in rows if row is not None]
    return panel("Jobs", table(columns, shown, label="Jobs"), note=note, foot=foot)


def _hearts(view: NowView) -> Row | None:
    beats = [heartbeat_of(view, account) for account in accounts_of(view)]
    if not beats:
        return None
    worst = min(
        beats, key=lambda beat: (beat.state(view.read_at) is HeartbeatState.ALIVE, beat.at or view.read_at)
    )
    alive = worst.state(view.read_at) is HeartbeatState.ALIVE
    return _row(
        "Heartbeat", moments.every(worst.interval_seconds), words.ago(worst.at, view.read_at), "", well=alive
    )


def _books(view: NowView) -> Row | None:
    books = [each for each in view.sources if each.source.startswith(_LEDGER)]
    if not books:
        return None
    worst = min(books, key=lambda each: (told.is_well(each, view), each.last_ok or each.at))
    age = words.ago(worst.last_ok, view.read_at)
    return _row("Reading the bots' books", "on change", age, "", well=told.is_well(worst, view))


def _job(name: str, found: Sequence[JobView], view: NowView) -> Row:
    worst = min(found, key=lambda each: (not (each.failing or each.late), each.good_at or view.read_at))
    well = not (worst.failing or worst.late)
    runs = moments.every(worst.every)
    longest = max((each.seconds for each in found if each.seconds is not None), default=None)
    good, took = moments.at(worst.good_at, view.read_at), moments.took(longest)
    cycles = [each for each in view.cycles if each.account not in _asleep(view)]
    if name == "sweep" and cycles:  # which is known to the second, beside what the process says
        last = min(cycles, key=lambda each: each.finished_at)
        good, took = (
            words.ago(last.finished_at, view.read_at),
            moments.took(max(each.seconds for each in cycles)),
        )
    said = f"{told.job(name)}: {worst.failing or 'late'}" if not well else told.job(name)
    return _row(said, runs, good, took, well=well)


def _asleep(view: NowView) -> set[str]:
    return {name for name in accounts_of(view) if heartbeat_state_of(view, name) is not HeartbeatState.ALIVE}


def _row(name: str, runs: str, good: str, took: str, *, well: bool) -> Row:
    tone = Tone.PLAIN if well else Tone.WARNING
    sign = "check" if well else "error"
    return Row((Cell(name, tone, sign=sign), Cell(runs, Tone.SECOND), good, took))

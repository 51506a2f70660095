"""Beside the charts of latency: each account's p95, who decided, how long sources were live. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from dashboard.look.colours import Tone
from dashboard.look.markup import safe, whole
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, framed, table
from dashboard.words import latency as told
from dashboard.words import moments
from dashboard.words import numbers as words
from reconciler.alerts.wording import sight
from reconciler.views.availability import AvailabilityView, DecidedView
from reconciler.views.latency import LatencyView
from verification.facts.observation import Source

_CLASS = {
    Source.WEBSOCKET: "websocket",
    Source.ORDER: "order",
    Source.REST: "rest",
    Source.BOT_CACHE: "books",
}


def by_account(totals: Sequence[LatencyView], account: str, measure: str, period: str) -> str:
    """Return the p95 of each account by source, and the longest of the list."""
    mine = [each for each in totals if each.measure == measure and account in {"", each.account}]
    accounts = sorted({each.account for each in mine})
    columns = [Column("Account"), *(Column(told.SOURCES[source], right=True) for source in told.TIMED)]
    columns += [Column("List, longest", right=True, spare=True), Column("Samples", right=True, spare=True)]
    title = told.MEASURES[measure].title
    if not accounts:
        return panel(
            title,
            '<div class="t-body">Nothing was measured in this time.</div>',
            note=f"p95 by account, {period}",
        )
    rows = []
    for name in accounts:
        views = {each.source: each for each in mine if each.account == name}
        count = sum(each.total.count for each in views.values() if each.total is not None)
        cells = [
            Cell(words.shortened(name), strong=True),
            *(_p95(views.get(source)) for source in told.TIMED),
        ]
        rows.append(Row((*cells, _longest(views.get(Source.REST)), Cell(f"{count:,}", Tone.SECOND))))
    return panel(title, table(columns, rows, label=f"{title}, by account"), note=f"p95 by account, {period}")


def _p95(view: LatencyView | None) -> Cell:
    if view is None or view.total is None:
        return Cell(moments.UNTOLD, Tone.DIM)
    return Cell(words.milliseconds(view.total.p95_ms))


def _longest(view: LatencyView | None) -> Cell:
    if view is None or view.total is None:
        return Cell(moments.UNTOLD, Tone.DIM)
    late = view.measure != "request_time" and view.total.max_ms >= told.INCIDENT_MS
    return Cell(words.milliseconds(view.total.max_ms), Tone.WARNING if late else Tone.PLAIN)


def decided(found: Sequence[DecidedView], account: str, period: str) -> str:
    """Return which source decided opens and closes, by account; and of how many nobody did."""
    mine = [each for each in found if account in {"", each.account}]
    whole_ = sum(each.count for each in mine)
    note = f"{words.count(whole_, 'open or close', 'opens and closes')} in {period}; kept 90 days"
    if not whole_:
        return panel("Who decided", '<div class="t-body">Nothing was verified in this time.</div>', note=note)
    columns = (
        Column("Account"),
        Column("Shares", unseen=True),
        *(Column(told.SOURCES[each], right=True) for each in told.TIMED),
        Column("Nobody", right=True),
    )
    lines = "".join(
        _shares(name, [each for each in mine if each.account == name])
        for name in sorted({each.account for each in mine})
    )
    return panel("Who decided", framed(columns, lines, label="Who decided, by account"), note=note)


def _shares(name: str, found: Sequence[DecidedView]) -> str:
    counts = {each.source: each.count for each in found}
    of = sum(counts.values())
    bars = "".join(
        f'<span style="width:{100 * counts[source] / of:.1f}%;background:var(--t-{_CLASS[source]})"></span>'
        for source in told.TIMED
        if counts.get(source)
    )
    cells = "".join(f'<td class="t-right">{counts.get(source, 0) / of:.1%}</td>' for source in told.TIMED)
    return (
        f'<tr><td><b>{whole(words.shortened(name))}</b></td><td><div class="t-shares">{bars}</div></td>'
        f'{cells}<td class="t-right">{counts.get(None, 0):,}</td></tr>'
    )


def availability(found: Sequence[AvailabilityView], account: str, period: str) -> str:
    """Return one line of ticks a source: full, in part, down, or not watched."""
    mine = [each for each in found if account in {"", each.account}]
    title, note = (
        "Availability",
        f"{period}, oldest left: full, striped in part, hollow down, a line: not watched",
    )
    if not mine:
        return panel(title, '<div class="t-body">It is not known yet how long any source was live.</div>')
    rows = "".join(map(_ticks, mine))
    columns = (
        Column("Account"),
        Column("Source"),
        Column("Over time", unseen=True),
        Column("Live", right=True),
        Column("Down", right=True, spare=True),
    )
    body = framed(columns, rows, label="Availability by source")
    first = min(each.known_from for each in mine)
    foot = whole(f"Known since {words.stamp(first)}; while Trueup was not running nothing is counted.")
    return panel(title, body, note=note, foot=foot)


def _ticks(view: AvailabilityView) -> str:
    marks = "".join(f"<i{_kind(share)}></i>" for share in view.ticks)
    live = moments.UNTOLD if view.live is None else _percent(view.live)
    down = moments.UNTOLD if not view.down_seconds else words.duration(timedelta(seconds=view.down_seconds))
    said = f"{sight(view.source)} of {view.account} live {live}"
    return (
        f"<tr><td><b>{whole(words.shortened(view.account))}</b></td><td>{whole(sight(view.source))}</td>"
        f'<td><span class="t-ticks" role="img" aria-label="{whole(said)}">{marks}</span></td>'
        f'<td class="t-right">{safe(live)}</td><td class="t-right t-spare">{safe(down)}</td></tr>'
    )


def _kind(share: float | None) -> str:
    if share is None:
        return ' class="none"'
    if share == 0:
        return ' class="down"'
    return "" if share >= 0.9999 else ' class="part"'  # noqa: PLR2004 - less than a second of hours


def _percent(share: float) -> str:
    """Return a share in hundredths, never rounded up to all of it."""
    if share == 1:
        return "100 %"
    return f"{min(99.99, 100 * share):.2f} %" if share > 0.99 else f"{100 * share:.1f} %"  # noqa: PLR2004 - near all of it

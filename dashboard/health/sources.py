"""How old the word of each source is, by account. Pure."""

from collections.abc import Sequence

from dashboard.look.colours import Tone
from dashboard.look.markup import icon, whole
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import health as told
from dashboard.words import moments
from dashboard.words import numbers as words
from dashboard.words.verdict import blind
from reconciler.alerts.wording import sight
from reconciler.sight.account_state import accounts_of, cycle_of, is_unheard
from reconciler.sight.exchange_page import exchange_name
from reconciler.views.account import SourceView
from reconciler.views.now import NowView

_LEDGER = "ledger:"
_SPARE = ("orders", "conditional_orders")
"""Left out on a phone; what is not well of them is told below."""
_LIMITS = (
    "last word of each. Amber: it fails, or nothing was heard of it for a minute. A person is told "
    "after three failed reads or 60 s; of the websocket after 30 s away or 90 s of silence."
)


def sources(view: NowView) -> str:
    """Return the ages of each account's sources, and a line for each that is not well."""
    columns = [Column("Account"), Column("Exchange", spare=True)]
    columns += [
        Column(told.source_title(name), right=True, spare=name in _SPARE) for name in told.SOURCE_COLUMNS
    ]
    columns += [Column("Bot's books", right=True), Column("Last full look", right=True, spare=True)]
    rows = [Row(_of_account(view, account)) for account in accounts_of(view)]
    faults = [each for each in view.sources if not told.is_well(each, view)]
    foot = "".join(f"<div>{_fault(each, view)}</div>" for each in faults)
    if not rows:
        return panel("Sources", '<div class="t-body">No account has been looked at yet.</div>')
    return panel("Sources", table(columns, rows, label="Sources by account"), note=_LIMITS, foot=foot)


def _of_account(view: NowView, account: str) -> list[Cell | str]:
    cycle = cycle_of(view, account)
    mine = {each.source: each for each in view.sources if each.account == account}
    books = [each for name, each in mine.items() if name.startswith(_LEDGER)]
    cells: list[Cell | str] = [
        Cell(words.shortened(account), strong=True),
        Cell(moments.UNTOLD if cycle is None else exchange_name(cycle.venue), Tone.SECOND),
    ]
    cells += [_age([mine[name]] if name in mine else [], view) for name in told.SOURCE_COLUMNS]
    cells.append(_age(books, view))
    done = None if cycle is None else cycle.finished_at
    cells.append(Cell(moments.UNTOLD if done is None else words.ago(done, view.read_at), Tone.SECOND))
    return cells


def _age(found: Sequence[SourceView], view: NowView) -> Cell:
    """Return how old the oldest of these words is; a dash where there is none."""
    if not found:
        return Cell(moments.UNTOLD, Tone.DIM)
    worst = min(found, key=lambda each: (told.is_well(each, view), each.last_ok or each.at))
    if worst.state == "unsupported":
        return Cell("none at this exchange", Tone.DIM)
    age = words.ago(worst.last_ok, view.read_at)
    if told.is_well(worst, view):
        return Cell(age, mark="check")
    return Cell(age, Tone.WARNING, strong=True, mark="visibility_off")


def _fault(source: SourceView, view: NowView) -> str:
    name = f"{words.shortened(source.account)}, {sight(source.source)}"
    if blind(view, source.account) or is_unheard(source, view):
        state = f"as last written {words.ago(source.at, view.read_at)}: {source.state}"
    else:
        state = source.state
    last = "never seen well" if source.last_ok is None else f"well {words.ago(source.last_ok, view.read_at)}"
    return (
        f'{icon("visibility_off", Tone.WARNING)}<span class="t-warning t-strong">{whole(name)}: '
        f"{whole(state)}, {whole(last)}.</span> {whole(source.detail)}"
    )

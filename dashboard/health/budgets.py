"""What is used of each address's requests, and the waits that exchanges ask for, counting down. Pure."""

from datetime import datetime

from dashboard.look.colours import Tone
from dashboard.look.markup import icon, safe, whole
from dashboard.look.panel import panel
from dashboard.words import health as told
from dashboard.words import moments
from dashboard.words import numbers as words
from reconciler.views.health import BudgetView, HealthView
from reconciler.views.now import NowView


def budgets(view: NowView, health: HealthView) -> str:
    """Return what is used of each counter, and the waits that exchanges ask for, counting down."""
    found = [each for process in told.speaking(health) for each in process.budgets]
    if not found:
        return panel("Request budgets", '<div class="t-body">Nothing was said of them lately.</div>')
    body = "".join(_budget(each) for each in sorted(found, key=told.place))
    waits = "".join(
        _wait(each, until, view.read_at) for each in found if (until := told.waits(each, view.read_at))
    )
    waits += "".join(_own_wait(each, view.read_at) for each in found)
    oldest = min(process.at for process in told.speaking(health))
    as_of = moments.at(oldest, view.read_at)
    note = f"tick: from here on Trueup puts off its looks. As of {as_of}; anew when it moves by a tenth"
    return panel("Request budgets", f'<div class="t-budgets">{body}</div>{waits}', note=note)


def _budget(budget: BudgetView) -> str:
    share = min(1.0, budget.used / budget.most) if budget.most else 0.0
    mark = min(1.0, budget.slowed_from / budget.most) if budget.most else 1.0
    slow = told.slowed(budget)
    tone = Tone.WARNING if slow else Tone.SECOND
    span = f"{budget.window:g} s"
    said = f"{budget.used:,.0f} of {budget.most:,.0f} in {span}, {share:.0%}"
    own = f"Trueup {budget.ours:,.0f} of its {budget.part:,.0f}"
    kind = "warning" if slow else "moving"
    fill = f'<span class="t-fill t-fill-{kind}" style="width:{share * 100:.1f}%"></span>'
    tick = f'<span class="t-tick" style="left:{mark * 100:.1f}%"></span>'
    return (
        f'<div class="t-budget"><span class="t-of"><b>{whole(told.place(budget))}</b> '
        f'<span class="t-second">{whole(", ".join(budget.accounts))}</span></span>'
        f'<span class="t-gauge" role="img" aria-label="{whole(said)}">{fill}{tick}</span>'
        f'<span class="t-used"><span>{whole(said)}</span><br>'
        f'<span class="t-{tone.value}">{whole(slow or own)}</span></span></div>'
    )


def _wait(budget: BudgetView, until: datetime, now: datetime) -> str:
    left = words.duration(until - now)
    times = f"; refused {words.count(budget.refusals, 'time')} in a row" if budget.refusals > 1 else ""
    touched = f"it touches {', '.join(budget.accounts)}" if budget.accounts else "no account of ours needs it"
    return (
        f'<div class="t-ban">{icon("block", Tone.CRITICAL)}<div><div class="t-strong">'
        f"{whole(told.place(budget))} asks us to wait for {safe(left)} more</div>"
        f'<div class="t-second">Until {safe(words.clock(until))}{safe(times)}. Nothing is read from there; '
        f"{whole(touched)}. The stream goes on.</div></div>"
        f'<div class="t-count t-critical">{safe(moments.countdown(until, now))}</div></div>'
    )


def _own_wait(budget: BudgetView, now: datetime) -> str:
    rows = [(account, path, until) for account, path, until in budget.waits if until > now]
    return "".join(
        f'<div class="t-ban t-mild">{icon("hourglass_bottom", Tone.WARNING)}<div>'
        f"{whole(account)} is asked to wait with one kind of question at {whole(budget.venue)}, "
        f'until {safe(words.clock(until))} <span class="t-dim">{whole(path)}</span></div>'
        f'<div class="t-count t-warning">{safe(moments.countdown(until, now))}</div></div>'
        for account, path, until in rows
    )

"""The six figures of the first page. Pure: a figure that cannot be told is said so, never shown as zero."""

from datetime import timedelta
from decimal import ROUND_DOWN, Decimal

from dashboard.look.colours import Tone
from dashboard.look.figure import Figure
from dashboard.words import numbers as words
from dashboard.words.risk import Sum, at_risk, taken, unprotected, unseen_stops
from dashboard.words.verdict import blind
from reconciler.facts.finding import Severity
from reconciler.sight.account_state import accounts_of, cycle_of
from reconciler.views.now import NowView

NAMED = 3
SEEN_WELL = timedelta(minutes=1)
"""Less time than this without a look is a restart, and nobody needs to be told."""


def figures(view: NowView) -> tuple[Figure, ...]:
    """Return them in their order."""
    return (_risk(view), _unprotected(view), _today(view), _matched(view), _sweep(view), _verified(view))


def _risk(view: NowView) -> Figure:
    risk, part = at_risk(view), taken(view)
    critical = any(alert.severity is Severity.CRITICAL for alert in view.alerts)
    notes = [
        f"{part.said} of it is acknowledged" if not part.nothing else "",
        f"{risk.unpriced_said} not in it" if risk.amounts and risk.unpriced else "",
    ]
    return Figure(
        "At risk",
        risk.said,
        "; ".join(filter(None, notes)) or _held(view),
        "crisis_alert",
        tone=Tone.PLAIN if risk.nothing else Tone.CRITICAL if critical else Tone.WARNING,
        meaning="What all open alerts put at risk, acknowledged ones too: each position once, a missing one "
        "at the mark.",
        old=blind(view),
    )


def _held(view: NowView) -> str:
    amounts: dict[str, Decimal] = {}
    for quote, value in view.legs.held.items():
        name = words.counted_as(quote)
        amounts[name] = amounts.get(name, Decimal(0)) + value
    if not amounts:
        return "no value of what is held is known" if view.legs.unpriced else "nothing is held"
    more = f" and {view.legs.unpriced} without a price" if view.legs.unpriced else ""
    return f"of {Sum(amounts).said}{more} held"


def _unprotected(view: NowView) -> Figure:
    bare, unseen = unprotected(view), unseen_stops(view)
    missing = [account for account in accounts_of(view) if _untold(view, account)]
    positions = words.count(bare.many, "position")
    notes = [
        f"{positions} without a stop that covers it" if bare.many == 1 else f"{positions} without a stop",
        f"{bare.unpriced_said} not in it" if bare.amounts and bare.unpriced else "",
        f"stops of {unseen} not seen" if unseen else "",
        f"{', '.join(map(words.shortened, missing[:NAMED]))} not seen" if missing else "",
    ]
    sure = not (unseen or missing)
    value = bare.said if sure or bare.said == words.UNKNOWN else f"{bare.said} or more"
    return Figure(
        "Unprotected now",
        value if view.cycles else words.UNKNOWN,
        "; ".join(filter(None, notes)) if not (bare.nothing and sure) else "every stop is where it should be",
        "gpp_maybe",
        tone=Tone.CRITICAL if not bare.nothing else Tone.PLAIN if sure else Tone.WARNING,
        meaning="Value of open positions without a stop at the exchange that covers them, by the last look "
        "at each. Positions whose bot keeps the stop itself are not in it.",
        old=blind(view),
    )


def _untold(view: NowView, account: str) -> bool:
    cycle = cycle_of(view, account)
    return cycle is None or cycle.status == "blind"


def _today(view: NowView) -> Figure:
    meaning = (
        "Value without a covering stop times the seconds that it stood so, since midnight UTC, all accounts "
        "together. Time that was not seen is not in it, and is said."
    )
    told = None if view.today is None else view.today.unprotected
    if told is None:
        return Figure("Unprotected today", words.UNKNOWN, "nothing is stored yet", "timer", meaning=meaning)
    value = words.much(told.dollar_seconds, "")
    unseen = f"; {words.duration(told.unseen)} not seen" if told.unseen >= SEEN_WELL else ""
    note = "nothing stood without a stop"
    if told.dollar_seconds and told.exposed:
        mean = told.dollar_seconds / Decimal(str(told.exposed.total_seconds()))
        note = f"as {words.money(mean)} for {words.duration(told.exposed)}"
    return Figure(
        "Unprotected today",
        value,
        f"{note}{unseen}",
        "timer",
        unit="$·s",
        tone=Tone.CRITICAL if told.dollar_seconds else Tone.WARNING if unseen else Tone.PLAIN,
        meaning=f"{meaning} Up to {words.clock(told.until)}.",
        old=blind(view),
    )


def _matched(view: NowView) -> Figure:
    if not view.cycles:
        return Figure("Matched", words.UNKNOWN, "no sweep has finished yet", "balance", tone=Tone.WARNING)
    matched, legs = sum(cycle.matched for cycle in view.cycles), sum(cycle.legs for cycle in view.cycles)
    flying = sum(cycle.in_flight for cycle in view.cycles)
    left = legs - matched - flying
    notes = [
        f"{flying} in flight" if flying else "",
        f"{left} {'differs' if left == 1 else 'differ'} or cannot be read" if left else "",
    ]
    return Figure(
        "Matched",
        f"{matched:,}",
        "; ".join(filter(None, notes)) or "in side, size and leg",
        "balance",
        unit=f"of {words.count(legs, 'position')}",
        tone=Tone.WARNING if left else Tone.PLAIN,
        meaning="Positions on which bot and exchange agree, of all that either side knows, as the last full "
        f"sweep saw them, {words.clock(min(each.finished_at for each in view.cycles))}. Alerts may be newer.",
        old=blind(view),
    )


def _sweep(view: NowView) -> Figure:
    accounts = accounts_of(view)
    last = {
        account: None if (cycle := cycle_of(view, account)) is None else cycle.last_complete_at
        for account in accounts
    }
    seen = sorted((moment, account) for account, moment in last.items() if moment is not None)
    if not accounts or len(seen) < len(last):
        missing = [account for account, moment in last.items() if moment is None]
        note = (
            f"{', '.join(map(words.shortened, missing[:NAMED]))} never whole"
            if missing
            else "nothing read yet"
        )
        return Figure("Last full sweep", "never", note, "sync", tone=Tone.WARNING)
    oldest = view.read_at - seen[0][0]
    each = ", ".join(
        f"{words.shortened(account)} {words.duration(view.read_at - moment)}"
        for moment, account in seen[:NAMED]
    )
    return Figure(
        "Last full sweep",
        words.duration(oldest),
        each if len(seen) > 1 else f"{words.shortened(seen[0][1])} read whole",
        "sync",
        unit="ago",
        meaning="When every account was last read whole; the oldest account counts.",
        old=blind(view),
    )


def _verified(view: NowView) -> Figure:
    today = view.today
    if today is None or not today.verified:
        note = "no open or close was verified today" if today else ""
        return Figure("Verified within 1 s", "none" if today else words.UNKNOWN, note, "verified")
    share = (Decimal(100) * today.within / today.verified).quantize(Decimal("0.1"), ROUND_DOWN)
    return Figure(
        "Verified within 1 s",
        f"{words.number(share)} %",
        f"{today.within:,} of {words.count(today.verified, 'open or close', 'opens and closes')} today",
        "verified",
        meaning="Share of today's opens and closes that were decided within a second of being asked about.",
    )

"""The six figures of the first page. Pure: a figure that cannot be told is said so, never shown as zero."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.words import numbers as words
from dashboard.words.verdict import needing
from reconciler.facts.finding import Severity
from reconciler.views.now import NowView
from verification.facts.observation import Source

TIMED = (Source.WEBSOCKET, Source.ORDER, Source.REST)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        label: What it is called.
        value: In words.
        icon: Its icon.
        meaning: What it means.
        as_of: Of which moment it is, where it is not of now; empty for now.
    """

    label: str
    value: str
    icon: str
    meaning: str
    as_of: str = ""


def figures(view: NowView) -> tuple[Figure, ...]:
    """Return them in their order."""
    critical = sum(1 for alert in view.alerts if alert.severity is Severity.CRITICAL)
    return (
        Figure("Critical", str(critical), ":material/error:", "Open critical alerts, acknowledged ones too."),
        Figure(
            "Unacknowledged",
            str(len(needing(view))),
            ":material/notifications_active:",
            "Alerts that nobody has taken yet.",
        ),
        Figure(
            "Matched",
            _matched(view),
            ":material/check_circle:",
            "Positions on which bot and exchange agree, of all that either side knows, as the last full "
            "sweep saw them. The alerts may be newer.",
            as_of(view),
        ),
        Figure(
            "Unprotected",
            unprotected(view),
            ":material/shield:",
            "Value of open positions without a stop that covers them, as the last full sweep saw them. "
            "The alerts may be newer.",
            as_of(view),
        ),
        Figure(
            "Last full sweep",
            last_sweep(view),
            ":material/sync:",
            "When every account was last read whole; the oldest account counts.",
        ),
        Figure(
            "Seen after (p95)",
            words.together(tuple(view.p95_ms.get(source) for source in TIMED)),
            ":material/speed:",
            "95 of 100 fills were seen this soon, last hour: websocket / order / position list.",
        ),
    )


def unprotected(view: NowView) -> str:
    """Say the unprotected value of all accounts: `at least` where it could not be told for one of them."""
    told = [cycle.unprotected_notional for cycle in view.cycles if cycle.unprotected_notional is not None]
    if not told:
        return words.UNKNOWN
    total = words.money(sum(told, Decimal(0)))
    return total if len(told) == len(view.cycles) else f"{total} or more"


def as_of(view: NowView) -> str:
    """Say of which moment the figures of a sweep are; the oldest account counts."""
    return f"as of {words.clock(min(cycle.finished_at for cycle in view.cycles))}" if view.cycles else ""


def last_sweep(view: NowView) -> str:
    """Say when the account that was whole longest ago was; `never` if one never was."""
    times = [cycle.last_complete_at for cycle in view.cycles]
    seen = [moment for moment in times if moment is not None]
    return words.ago(min(seen), view.read_at) if times and len(seen) == len(times) else "never"


def _matched(view: NowView) -> str:
    if not view.cycles:
        return words.UNKNOWN
    matched, legs = sum(cycle.matched for cycle in view.cycles), sum(cycle.legs for cycle in view.cycles)
    flying = sum(cycle.in_flight for cycle in view.cycles)
    return f"{matched} / {legs}, {flying} in flight" if flying else f"{matched} / {legs}"

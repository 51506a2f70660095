"""What is at risk, as the sentence on top says it: how much, who has it, what is left. Pure."""

from collections.abc import Sequence

from dashboard.words import numbers as words
from dashboard.words.risk import Sum, at_risk, taken
from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Kind
from reconciler.kinds.registry import is_blindness
from reconciler.views.now import NowView


def risked(view: NowView) -> str:
    """Say it as it follows on how many need somebody: `, $6,000 at risk`; nothing where nothing is."""
    risk = at_risk(view)
    if risk.nothing:
        return ""
    if not risk.amounts:
        return ", at risk with a value that is not known"
    return f", {risk.said} at risk{_beside(risk)}"


def with_whom(view: NowView, acknowledged: Sequence[Alert]) -> str:
    """Say how much of what is at risk somebody has taken, who, and until when."""
    part = taken(view)
    if part.nothing:
        return ""
    given = [alert.acknowledgement for alert in acknowledged if alert.acknowledgement is not None]
    people = sorted({each.by for each in given})
    who = people[0] if len(people) == 1 else f"{len(people)} people"
    until = min((each.until for each in given), default=None)
    end = "" if until is None else f" until {words.hour(until)}"
    return f"{part.said} of it with {words.shortened(who)}{end}"


def still(view: NowView, acknowledged: Sequence[Alert]) -> str:
    """Say that nobody new is needed, and what is at risk all the same: acknowledged is not fixed."""
    risk = at_risk(view)
    given = [alert.acknowledgement.at for alert in acknowledged if alert.acknowledgement is not None]
    ago = f", acknowledged {words.ago(max(given), view.read_at)}" if given else ""
    if risk.nothing:
        return f"Nobody new needed; not all is over{ago}"
    kinds = {alert.key.kind for alert in view.alerts if not is_blindness(alert.key.kind)}
    stopless = kinds == {Kind.UNPROTECTED_POSITION}
    what = "unprotected" if stopless else "at risk"
    if not risk.amounts:
        return f"Nobody new needed; {risk.unpriced_said} still {what}{ago}"
    return f"Nobody new needed; {risk.said} still {what}{_beside(risk)}{ago}"


def _beside(risk: Sum) -> str:
    """Name what is at risk beside a sum of money that it is not in."""
    return f", and {risk.unpriced} more without a price" if risk.unpriced else ""

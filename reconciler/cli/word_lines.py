"""What came of what a person said of an alert, and which word of a person is in force, as lines of text."""

from typing import Any

from reconciler.alerts.alert import Alert, AlertState, Hold, HoldKind
from reconciler.alerts.answer import Answer
from reconciler.alerts.quiet import Quiet
from reconciler.alerts.seen import Seen
from reconciler.cli.printing import moment, printable, quantity
from reconciler.facts.silence import Silence
from reconciler.facts.wording import value
from reconciler.kinds.registry import is_blindness


def answer_line(answer: Answer, seen: Seen, by: str) -> str:
    """Return what came of what a person said: what it covers, or what they could not know."""
    alert, given, hold = answer.alert, answer.alert.acknowledgement, answer.alert.hold
    if answer.told:
        return printable(f"Alert {alert.id}: {answer.told}")
    which, who = f"Alert {alert.id}", by.strip()
    if alert.state is AlertState.CLOSED and alert.closed_by == who:
        return printable(f"{which} closed by {who}: {alert.closed_because}. Found again, it is told again.")
    if hold is not None and hold.by == who:
        return printable(f"{which} {_held(hold)}: it stays open and in sight, and {_comes_back(hold)}.")
    until = "" if given is None else f" until {moment(given.until)}"
    covers = f"as seen ({_seen(alert, seen)}): it stays open until both agree."
    return printable(f"{which} acknowledged by {who}{until}, {covers}")


def _seen(alert: Alert, seen: Seen) -> str:
    if is_blindness(alert.key.kind):
        return str(seen.severity)
    if seen.exposure is None:
        return f"{seen.severity}, value not known"
    return f"{seen.severity}, {value(seen.exposure, alert.key.symbol)} exposed"


def _held(hold: Hold) -> str:
    size = "" if hold.surplus is None else f", {quantity(hold.surplus)} contracts"
    return f"{hold.kind} by {hold.by}{size}, until {moment(hold.until)}"


def _comes_back(hold: Hold) -> str:
    if hold.kind is HoldKind.INTENDED:
        return "stands out again then, or with another size"
    return "fires again then, or once it gets worse"


def quiet_words(quiet: Quiet | None) -> str:
    """Say in brackets by what an alert is quiet, and until when; nothing where it is not."""
    if quiet is None:
        return ""
    if quiet.alert is not None:
        return f" (quiet: follows from alert {quiet.alert})"
    return f" ({quiet.by} until {moment(quiet.until)})"


def word_lines(alert: Alert, quiet: Quiet | None) -> list[str]:
    """Return which word of a person is in force, or what else quiets it, for `show`; nothing for neither."""
    given, hold = alert.acknowledgement, alert.hold
    lines = []
    if given is not None:
        until = f"at {moment(given.at)}, until {moment(given.until)}"
        lines.append(f"  acknowledged by {given.by} {until}: {given.note}")
    if hold is not None:
        lines.append(f"  {_held(hold)}: {hold.note}")
    if quiet is not None and hold is None:
        until = "" if quiet.until is None else f", until {moment(quiet.until)}"
        lines.append(f"  quiet, what is owed of it waits: {quiet.why}{until}")
    return [printable(line) for line in lines]


def silence_lines(silence: Silence | None) -> list[str]:
    """Return who has silenced it in the Alertmanager, which quiets nothing of ours; nothing for nobody."""
    if silence is None:
        return []
    return [printable(f"  {silence.words(moment(silence.until))}")]


def silence_document(silence: Silence | None) -> dict[str, str] | None:
    """Return the same as `--json` prints it."""
    if silence is None:
        return None
    return {"by": silence.by, "until": silence.until.isoformat(), "note": silence.note}


def word_document(alert: Alert, quiet: Quiet | None) -> dict[str, Any]:
    """Return the word of a person in force, as `--json` prints it; every field None where there is none."""
    given, hold = alert.acknowledgement, alert.hold
    return {
        "acknowledged_by": given.by if given else None,
        "note": given.note if given else hold.note if hold else None,
        "acknowledged_until": given.until.isoformat() if given else None,
        "held": hold.kind.value if hold else None,
        "held_by": hold.by if hold else None,
        "held_until": hold.until.isoformat() if hold else None,
        "intended_size": quantity(hold.surplus) if hold and hold.surplus is not None else None,
        "quiet": None
        if quiet is None
        else {
            "by": quiet.by.value,
            "why": quiet.why,
            "until": quiet.until.isoformat() if quiet.until else None,
            "alert": quiet.alert,
        },
    }

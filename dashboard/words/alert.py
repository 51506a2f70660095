"""One alert in plain words: what it is, what both sides say, how old each word is, how long it lasts."""

from datetime import datetime
from decimal import Decimal

from dashboard.words import numbers as words
from reconciler.alerts import wording
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet, QuietBy
from reconciler.facts.finding import Evidence, Party, Severity
from reconciler.facts.silence import Silence
from reconciler.kinds.registry import is_blindness, spec_of
from verification.facts.leg import Leg

SEVERITY_WORD = {Severity.CRITICAL: "Critical", Severity.WARNING: "Warning", Severity.INFO: "Note"}

STATE_WORD = {
    AlertState.PENDING: "suspected",
    AlertState.FIRING: "needs you",
    AlertState.ACKNOWLEDGED: "acknowledged",
    AlertState.RECOVERING: "getting better",
    AlertState.RESOLVED: "resolved",
    AlertState.RETIRED: "retired",
    AlertState.CLOSED: "closed",
}

STATE_THEN = {
    AlertState.PENDING: "was suspected",
    AlertState.FIRING: "needed you",
    AlertState.ACKNOWLEDGED: "was acknowledged",
    AlertState.RECOVERING: "was getting better",
    AlertState.RESOLVED: "resolved",
    AlertState.RETIRED: "retired",
    AlertState.CLOSED: "closed",
}
"""Of a state that an alert has left."""


def subject(alert: Alert) -> str:
    """Return what it is about: `BTC/USDT:USDT`, with its leg in hedge mode; for a blindness the source."""
    key = alert.key
    if is_blindness(key.kind):
        return wording.sight(key.symbol)
    symbol = words.shortened(key.symbol)
    return symbol if key.leg is Leg.NET else f"{symbol} {key.leg.value} leg"


def reason(alert: Alert) -> str:
    """Say why it was raised; of one that is over, that this is how it was."""
    if alert.state.open:
        return alert.reason
    if alert.state is AlertState.RETIRED:
        return f"Retired, not resolved: {alert.retired}. As it was last found: {alert.reason}"
    if alert.state is AlertState.CLOSED:
        return (
            f"Closed by {alert.closed_by}, and not seen to be over: {alert.closed_because}. "
            f"As it was last found: {alert.reason}"
        )
    return f"This is over. As it was last found, at {words.stamp(alert.last_seen)}: {alert.reason}"


def ended(alert: Alert) -> str:
    """Say what one that is over was, and for how long: `BTC/USDT:USDT had no stop for 3 m 12 s`."""
    return wording.ended(alert, subject(alert))


def end(alert: Alert, now: datetime) -> str:
    """Say how and when one that is over ended: `over 5 m ago after 3 m 12 s`."""
    ago = words.ago(alert.resolved_at, now)
    if alert.state is AlertState.RETIRED:
        return f"watched no more since {ago}, and not seen to be over: {alert.retired}"
    if alert.state is AlertState.CLOSED:
        return f"closed by {alert.closed_by} {ago}, and not seen to be over: {alert.closed_because}"
    until = alert.last_seen if alert.resolved_at is None else alert.resolved_at
    return f"over {ago} after {words.duration(until - alert.first_seen)}"


def clause(alert: Alert, now: datetime) -> str:
    """Say it inside a sentence: `BTC/USDT:USDT has no stop for 3 m 12 s, $81 k exposed`."""
    told = f"{wording.clause(alert, subject(alert))} for {words.duration(now - since(alert))}"
    if alert.exposure is None or is_blindness(alert.key.kind):
        return told
    return f"{told}, {words.money(alert.exposure, words.quote_of(alert.key.symbol))} exposed"


def placed(alert: Alert, now: datetime) -> str:
    """Say it whole, with the account it is of: `BTC/USDT:USDT long 0.85 BTC on main has no stop for 3 m`."""
    lasted = words.duration(now - since(alert))
    if is_blindness(alert.key.kind):
        return f"{wording.clause(alert, subject(alert))} for {lasted}"
    held = based(alert)
    about = f"{subject(alert)}{f' {held}' if held else ''} on {words.shortened(alert.key.account)}"
    worth = "" if alert.exposure is None else f", {exact_exposure(alert)}"
    return f"{wording.clause(alert, about)} for {lasted}{worth}"


def based(alert: Alert) -> str:
    """Say side and size in the base currency: what the exchange holds, else what the bot believes."""
    signed = alert.observed or alert.expected
    return "" if not signed else words.based(signed, alert.contract_size, alert.key.symbol)


def exact_exposure(alert: Alert) -> str:
    """Say the value at risk to the unit."""
    return words.exact_money(alert.exposure, words.quote_of(alert.key.symbol))


def exposed_how(alert: Alert) -> str:
    """Say what the value at risk is a value of, in a word or two."""
    if alert.exposure is None:
        return "no price"
    told = spec_of(alert.key.kind).at_stake
    if told or not alert.surplus:
        return told or "at risk"
    differs = words.based(abs(alert.surplus), alert.contract_size, alert.key.symbol)
    return f"{differs.removeprefix('long ')} differ"


def since(alert: Alert) -> datetime:
    """Return since when the condition is known of."""
    return alert.first_seen


def exposure(alert: Alert) -> str:
    """Say the value at risk."""
    return words.money(alert.exposure, words.quote_of(alert.key.symbol))


def at_stake(alert: Alert) -> str:
    """Say how bad it is: `Critical, $81 k exposed`."""
    word = SEVERITY_WORD[alert.severity]
    if is_blindness(alert.key.kind):
        return word
    return f"{word}, {exposure(alert)} exposed" if alert.exposure is not None else f"{word}, value not known"


def position(alert: Alert) -> str:
    """Say side and size of what is at stake: what the exchange holds, else what the bot believes."""
    signed = alert.observed or alert.expected
    return "" if signed is None else words.quantity(signed, alert.contract_size, alert.key.symbol)


def of_two_sides(alert: Alert) -> bool:
    """Return False where no side is said to hold anything: a blindness, a contradiction about one order."""
    return alert.expected is not None or alert.observed is not None


def bot_says(alert: Alert) -> str:
    """Say what the bot believes. An orphan without a row in any ledger is "nothing", not "flat"."""
    return _says(alert, alert.expected, nothing_about_it=spec_of(alert.key.kind).unknown_to_bot)


def exchange_says(alert: Alert) -> str:
    """Say what the exchange shows."""
    return _says(alert, alert.observed, nothing_about_it=False)


def age_of(alert: Alert, party: Party, now: datetime) -> str:
    """Say when one party was last heard, and apart from that for how long what it says has not changed."""
    own = [item for item in alert.evidence if item.party is party]
    times = [item.at for item in own if item.at is not None]
    if not times:
        return "age not known"
    changes = [changed for changed in map(changed_at, own) if changed is not None]
    return words.read(max(times), max(changes, default=None), now)


def changed_at(item: Evidence) -> datetime | None:
    """Return since when a state is so, where it was read later than it became so."""
    told = item.data.get("changed_at")
    if told is None:
        return None
    changed = datetime.fromisoformat(told)
    return None if item.at is not None and changed >= item.at else changed


def headline(alert: Alert) -> str:
    """Name it on one line: `No stop: BTC/USDT:USDT long 0.85 contracts (0.85 BTC)`."""
    what = " ".join(part for part in (subject(alert), _beside(alert)) if part)
    return f"{wording.told(alert).title}: {what}"


def acknowledged(alert: Alert, now: datetime) -> str:
    """Say who acknowledged it, when, until when, with which note; empty where nobody has."""
    given = alert.acknowledgement
    if given is None:
        return ""
    left = f"ends in {words.duration(given.until - now)}" if given.until > now else "has ended"
    note = f": {given.note}" if given.note else ""
    return f"Acknowledged by {given.by} {words.ago(given.at, now)}, {left}{note}"


QUIET_WORD = {
    QuietBy.SNOOZED: "snoozed",
    QuietBy.INTENDED: "intended",
    QuietBy.FOLLOWS: "follows from another",
    QuietBy.MAINTENANCE: "in maintenance",
}


def state(alert: Alert, quiet: Quiet | None) -> str:
    """Say where its life is: of one that fires and is quiet, by what it is."""
    if quiet is not None and alert.state is AlertState.FIRING:
        return QUIET_WORD[quiet.by]
    return STATE_WORD[alert.state]


def silenced(silence: Silence) -> str:
    """Say who has silenced it in the Alertmanager, which quiets nothing of ours."""
    return f"{silence.words(words.stamp(silence.until))}. Trueup's own messages go on."


def quieted(quiet: Quiet | None, now: datetime) -> str:
    """Say by what it is quiet, and for how much longer: `Snoozed by ann: later, ends in 12 m`; or nothing."""
    if quiet is None:
        return ""
    if quiet.by is QuietBy.FOLLOWS:
        return f"Quiet while another alert says more: {quiet.why}"
    why = quiet.why[:1].upper() + quiet.why[1:]
    return why if quiet.until is None else f"{why}, ends in {words.duration(quiet.until - now)}"


def _beside(alert: Alert) -> str:
    return "" if is_blindness(alert.key.kind) else position(alert)


def _says(alert: Alert, signed: Decimal | None, *, nothing_about_it: bool) -> str:
    if not of_two_sides(alert):
        return "does not apply"
    if not signed and nothing_about_it:
        return "nothing about it"
    return words.quantity(signed, alert.contract_size, alert.key.symbol)

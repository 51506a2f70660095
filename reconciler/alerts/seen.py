"""What a person has seen of an alert when they acknowledge it: no more than that is acknowledged."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Severity
from reconciler.facts.wording import value

_UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert as it was shown to a person.

    Attributes:
        version: `Alert.version` then.
        severity: Its severity then.
        exposure: Its unsigned quote value then; None if it was shown as not known.
    """

    version: int
    severity: Severity
    exposure: Decimal | None

    @property
    def mark(self) -> str:
        """Return it as the command line prints and takes it: `17:critical:81200`."""
        return f"{self.version}:{self.severity}:{_UNKNOWN if self.exposure is None else self.exposure}"


def seen_of(alert: Alert) -> Seen:
    """Return what is seen of an alert as it is."""
    return Seen(alert.version, alert.severity, alert.exposure)


def seen_by(mark: str) -> Seen:
    """Read a mark.

    Raises:
        ValueError: It is none; the message is for the person who wrote it.
    """
    try:
        version, severity, exposure = mark.strip().split(":")
        value_then = None if exposure == _UNKNOWN else Decimal(exposure)
        if value_then is not None and not (value_then.is_finite() and value_then >= 0):
            raise ValueError(exposure)
        return Seen(int(version), Severity(severity), value_then)
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"`{mark}` is not what `trueup alerts show` prints after --seen") from error


def apart(seen: Seen, alert: Alert) -> str:
    """Say in what an alert is not what was seen: `it was warning and is critical, ...`."""
    parts = []
    if alert.severity is not seen.severity:
        parts.append(f"it was {seen.severity} and is {alert.severity}")
    if alert.exposure != seen.exposure:
        told = (_value(each, alert.key.symbol) for each in (seen.exposure, alert.exposure))
        parts.append("{} exposed then, {} now".format(*told))
    return ", ".join(parts)


def _value(exposure: Decimal | None, symbol: str) -> str:
    return "an unknown value" if exposure is None else value(exposure, symbol)

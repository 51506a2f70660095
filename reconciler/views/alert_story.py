"""What led to an alert: the verifications about it, whole, and the earlier times it was so."""

from dataclasses import dataclass

from reconciler.alerts.alert import Alert
from reconciler.views.verification import VerificationView
from verification.facts.verification import Verification


@dataclass(frozen=True, slots=True)
class RecordedVerification:
    """One stored verification with all that it asked and saw.

    Attributes:
        view: As it is listed.
        verification: It, whole; None where what is stored of it cannot be read.
        problem: Why it cannot be read, one plain line; empty where it can.
    """

    view: VerificationView
    verification: Verification | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AlertStory:
    """What led to one alert.

    Attributes:
        verifications: Those of its leg in the minutes before it was told, oldest first.
        earlier: Its earlier episodes that people were told of, the latest first.
        episodes: How many of those there are, shown or not.
    """

    verifications: tuple[RecordedVerification, ...] = ()
    earlier: tuple[Alert, ...] = ()
    episodes: int = 0

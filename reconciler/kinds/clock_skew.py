"""The clock of this machine is not the exchange's, or was set while we looked."""

from typing import Final

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told

MEASURED: Final = "measured"
STEPPED: Final = "stepped"
"""What shows it: the code of its evidence."""


def sentence(ahead: float, within: float) -> str:
    """Say how far apart the clocks are.

    Args:
        ahead: By how many seconds the exchange's is ahead.
        within: How far that may be off, seconds.
    """
    how = "behind" if ahead > 0 else "ahead of"
    return (
        f"The clock of this machine is {abs(ahead):.1f} s {how} the exchange's (measured to within "
        f"{within:.2f} s): times of both sides are put in a wrong order, and requests may be refused."
    )


def sentence_of_step(by: float) -> str:
    """Say that the clock was set. `by`: seconds, forward positive."""
    which = "forward" if by > 0 else "back"
    return (
        f"The clock of this machine was set {which} by {abs(by):.1f} s while Trueup looked, or the machine "
        "stood still for as long: times around that moment are not to be trusted."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    if of.code == STEPPED:
        return (
            f"Look at what account {of.account} did around that moment at the exchange: its times are right.",
            "See who set it (`journalctl -u systemd-timesyncd`, `chronyc tracking`), or if it was asleep.",
            "Nothing else is needed if the clock is right now: two measurements that show it end this alert.",
        )
    return (
        "Set the clock of this machine: `timedatectl set-ntp true`, or `chronyc makestep`.",
        f"See whether the bot of account {of.account} is refused, too: it has the same clock.",
        "If the clock is right, the exchange's is not: see its status page, there is nothing to do here.",
    )


SPEC = KindSpec(
    kind=Kind.CLOCK_SKEW,
    subject=Subject.CLOCK,
    words=KindWords(
        Told("The clock is wrong", "the clock of this machine is wrong"),
        Told("The clock was wrong", "the clock of this machine was wrong"),
    ),
    severity=Gravity(Severity.WARNING, Severity.CRITICAL, "it is five seconds off"),
    confirmation=Confirmed(
        "two measurements in a row, ten seconds apart at least, show it more than a second off the "
        "exchange's, all doubt deducted; or it was set by a second or more while Trueup looked"
    ),
    resolution=Resolution(
        "two measurements show it within three quarters of a second; where the exchange tells no time, ten "
        "minutes without another step",
        None,
    ),
    steps=steps,
    follows_from=(Kind.RECONCILER_STALLED,),
)

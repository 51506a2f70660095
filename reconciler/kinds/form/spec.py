"""All that is said and decided of one kind of alert, as one value."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed, Lasting
from reconciler.kinds.form.leg_words import LegWords
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Milder


class Subject(StrEnum):
    """What a condition is about, and so what its `symbol` names."""

    LEG = "leg"  # a position: the symbol of a contract
    KEYS = "keys"  # what an account is read with
    SOURCE = "source"  # what is read of the exchange: `rest`, `websocket`
    PUSHES = "pushes"  # what a stream that is there should tell
    LEDGER = "ledger"  # a bot's database, by its name
    WORK = "work"  # a piece of our own work
    CLOCK = "clock"  # the clock of this machine
    CHANNEL = "channel"  # a channel on which people are told, by its name
    WATCH = "watch"  # the reconciler itself


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """One kind.

    Attributes:
        kind: Which.
        subject: What it is about.
        words: Its title and clause, for now and for over.
        milder: Its words where less was seen; None where there are no other.
        severity: How bad it is.
        confirmation: What it asks for before people are told.
        resolution: What shows that it is gone.
        steps: Three things that a person can do, the most urgent first.
        sentence: Why it was found, one plain sentence, where a comparison finds it on a leg; None where who
            finds it asks the functions of the kind's file for one.
        difference: It is a way in which a leg can differ: it differs in one of them at a time.
        unknown_to_bot: No live row of any bot is about it.
        tells_of_stop: Its sentence says how far stops protect it: a missing one is not raised by itself.
        held_by_stop_tellers: It gives way to another difference only to one that tells of the stop.
        only_by_rows: Only a ledger's word makes it one: it is retired with its ledgers. Where the exchange
            holds something, it is judged anew.
        by_hand: Somebody may have opened by hand what the exchange holds more: it can be intended.
        always_told: No other alert and no maintenance window quiets it, only a person's word about itself.
        at_stake: What the value at risk is a value of, in a word or two; empty where it is the difference.
        follows_from: Kinds that say more of the same: while one of them is told, this one is quiet. See
            `quiet` for how far each reaches.
    """

    kind: Kind
    subject: Subject
    words: KindWords
    milder: Milder | None = None
    severity: Gravity
    confirmation: Lasting | Confirmed
    resolution: Resolution
    steps: Callable[[Affected], Steps]
    sentence: Callable[[LegWords], str] | None = None
    difference: bool = False
    unknown_to_bot: bool = False
    tells_of_stop: bool = False
    held_by_stop_tellers: bool = False
    only_by_rows: bool = False
    by_hand: bool = False
    always_told: bool = False
    at_stake: str = "at risk"
    follows_from: tuple[Kind, ...] = ()

    @property
    def blindness(self) -> bool:
        """True for the kinds that say "we cannot see" and not "they differ"."""
        return self.subject is not Subject.LEG

    def may_become(self, difference: "KindSpec") -> bool:
        """Return whether a difference that is found now may be what this has become."""
        if self.held_by_stop_tellers:
            return difference.tells_of_stop
        return self.kind is not difference.kind

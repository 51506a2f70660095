"""What must become of alerts, stated from the moves alone: no rule, state or name of the product is in it.

A model keeps, of each condition, whether people have been told of it, how bad it was last found, which word
of a person is in force, and what has been owed to people so far. The state machine holds the database to it.
"""

from dataclasses import dataclass, field, replace

HALF_AN_HOUR = 30.0
MOST = {"acknowledge": (240.0, 1440.0), "snooze": (60.0, 1440.0), "intend": (43200.0, 43200.0)}
"""How long a word may last, in minutes: of what is critical, and of what is not."""

ENDED = {
    "acknowledge": "acknowledgement_expired",
    "snooze": "snooze_ended",
    "intend": "intent_ended",
}


@dataclass(frozen=True)
class Found:
    """How bad a condition is: severe or not, what is at risk, and what is held beyond the books."""

    critical: bool
    exposure: int
    beyond: int

    def outdoes(self, seen: "Found") -> bool:
        """It is severer than was seen, or a tenth more is at risk."""
        return (self.critical and not seen.critical) or self.exposure * 10 >= seen.exposure * 11


@dataclass(frozen=True)
class Word:
    """What a person said that is in force: what, who, what they saw, when it was said and when it ends."""

    what: str
    by: str
    saw: Found
    said: float
    ends: float

    def broken_by(self, found: Found) -> bool:
        """What is found is not what they saw who said it."""
        if self.what == "intend":
            return found.beyond != self.saw.beyond or (found.critical and not self.saw.critical)
        return found.outdoes(self.saw)


@dataclass
class Life:
    """One condition: its open episode, if it has one, and what was owed of all of them."""

    open: bool = False
    told: bool = False
    healing: int = 0
    last: Found = Found(critical=False, exposure=1000, beyond=43)
    word: Word | None = None
    fired: list[float] = field(default_factory=list)
    often: int = 0
    owed: list[str] = field(default_factory=list)


def time_is(life: Life, now: float) -> None:
    """Somebody looks: whatever word has run out ends, and people are told; what heals is left in peace."""
    word = life.word
    if word is not None and life.open and not life.healing and word.ends <= now:
        life.word = None
        life.owed.append(ENDED[word.what])


def is_found(life: Life, found: Found, now: float, *, sure: bool) -> None:
    """It is found, and has lasted or not yet."""
    if not life.open:
        fired, owed = life.fired, life.owed
        life.__dict__.update(Life(open=True, fired=fired, owed=owed).__dict__)
    if life.told:
        _again(life, found, now)
    elif sure:
        life.told = True
        life.often = sum(1 for at in life.fired if at >= now - HALF_AN_HOUR) + 1
        life.fired.append(now)
        life.owed.append("flapping" if life.often > 3 else "first")
    life.last, life.healing = found, 0


def _again(life: Life, found: Found, now: float) -> None:
    word = life.word
    if word is None:
        if found.critical and not life.last.critical:
            life.owed.append("worse")
    elif word.broken_by(found):
        life.word = None
        life.owed.append("worse")
    elif word.ends <= now:
        life.word = None
        life.owed.append(ENDED[word.what])


def is_clear(life: Life) -> None:
    """A healthy read shows that it is gone; the second one in a row ends it."""
    if not life.open:
        return
    life.healing += 1
    if not life.told:
        life.open, life.word = False, None
    elif life.healing == 2:
        life.owed.append("flapping" if life.often > 3 else "resolved")
        life.open = life.told = False


def is_gone(life: Life) -> None:
    """It is watched no more."""
    if life.open and life.told:
        life.owed.append("retired")
    life.open = life.told = False


def refuses(life: Life, word: Word, note: str, *, by_hand: bool, looked: float) -> bool:
    """Whether what a person says is refused; `looked` is when they last looked at it."""
    if not life.told:
        return True
    if not note and (word.saw.critical or word.what in {"intend", "close"}):
        return True
    given = life.word
    unaware = given is not None and given.said > looked and given.by != word.by
    if unaware and word.what != "acknowledge":
        return True
    if unaware and given is not None and given.what == "acknowledge":
        return False  # it is noted beside the first one
    if word.what in MOST and word.ends - word.said > MOST[word.what][0 if word.saw.critical else 1]:
        return True
    if word.what == "intend":
        return not by_hand or life.last.beyond != word.saw.beyond
    return word.what == "close" and life.last.outdoes(word.saw)


def is_said(life: Life, word: Word, *, looked: float) -> None:
    """What a person says is stored: it covers what they saw, and no more."""
    given = life.word
    unaware = given is not None and given.said > looked and given.by != word.by
    if unaware and given is not None and given.what == "acknowledge":
        return
    if word.what == "close":
        life.owed.append("closed")
        life.open = life.told = False
        return
    life.word = replace(word)
    if not life.healing and word.broken_by(life.last):
        life.word = None
        life.owed.append("worse")

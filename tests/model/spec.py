"""What must be so, in plain values: whose an account is, and what has to come to people how often.

Nothing of the product is in it. What becomes of one condition is said by `storage/alert_model.py`.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

LEASE_SECONDS = 30.0


@dataclass
class Tenure:
    """Whose an account is: by the number that was given last.

    Attributes:
        number: Of the last grant; 0 before the first.
        holder: To which life of a process; empty for nobody.
        ends: Until when, by the database's clock; None where it was given back.
        lock: Which life has the lock beside a file; empty for none.
    """

    number: int = 0
    holder: str = ""
    ends: float | None = None
    lock: str = ""

    def free_for(self, life: str, now: float, *, file: bool) -> bool:
        """It may be given: beside a file by the lock alone, else once its time is over by one clock."""
        if file:
            return self.lock == life
        return self.holder in {"", life} or self.ends is None or now >= self.ends

    def given(self, life: str, number: int, now: float) -> None:
        """It is given, under a number that none had before."""
        assert number > self.number, f"number {number} was given after {self.number}"
        self.number, self.holder, self.ends = number, life, now + LEASE_SECONDS

    def is_of(self, life: str, number: int) -> bool:
        """What a life writes under a number may be taken."""
        return (self.holder, self.number) == (life, number) and self.ends is not None


class Owed(NamedTuple):
    """A word that people are owed of one alert, and whether it is the last one."""

    what: str
    ends: bool


HEADS = {
    "first": "NEW",
    "worse": "WORSE",
    "flapping": "COMES AND GOES",
    "acknowledgement_expired": "ACKNOWLEDGEMENT EXPIRED",
    "snooze_ended": "SNOOZE ENDED",
}
"""How a message begins that tells a word of an alert that is open."""

OVER = {"resolved": "RESOLVED", "closed": "CLOSED", "flapping": "RESOLVED"}

Sent = tuple[str, int]
"""A channel, and an alert by its number."""


@dataclass
class Letters:
    """What has come on each channel of each alert, and what was marked as taken.

    Attributes:
        marked: Up to which word it was marked, by a process that was the holder then.
        came: Up to which word it has come.
        times: How often each word has come.
        excuses: How often a process died, or lost its account, between what it had read and its mark.
    """

    marked: Counter[Sent] = field(default_factory=Counter)
    came: Counter[Sent] = field(default_factory=Counter)
    times: Counter[tuple[Sent, int]] = field(default_factory=Counter)
    excuses: Counter[Sent] = field(default_factory=Counter)

    def comes(self, to: Sent, words: list[Owed], upto: int, head: str) -> None:
        """A message tells an alert up to a word; `words` are all that are owed of it by now."""
        assert 0 < upto <= len(words), f"told up to word {upto} of {len(words)}"
        began, excuse = self.marked[to], self.excuses[to]
        for number in range(began, upto) if began < upto else [upto - 1]:
            self.times[to, number] += 1
            assert self.times[to, number] <= 1 + excuse, f"{words[number].what} came once more on {to}"
        assert upto >= self.came[to] or excuse, f"an older word came after a newer one on {to}"
        self.came[to] = max(self.came[to], upto)
        if not excuse:
            assert head == _head(words[:upto], began), f"{head} for {words[began:upto]} on {to}"

    def is_marked(self, to: Sent, upto: int) -> None:
        """The holder has marked that all up to a word was taken."""
        self.marked[to] = max(self.marked[to], upto)

    def cut_off(self, to: Sent) -> None:
        """Who was about to send or to mark is dead, or is not the holder any more."""
        self.excuses[to] += 1


def _head(words: list[Owed], began: int) -> str:
    last = words[-1]
    if last.ends:
        return OVER[last.what] if began else "OVER BY NOW"
    return "NEW" if not began and last.what != "flapping" else HEADS[last.what]


@dataclass
class Episodes:
    """The words owed of one condition, parted into its episodes: each is an alert of its own."""

    words: dict[int, list[Owed]] = field(default_factory=lambda: defaultdict(list))
    number: int = 0
    counted: int = 0

    def began(self) -> None:
        """Another episode begins."""
        self.number += 1

    def learn(self, owed: list[str], *, over: bool) -> None:
        """Take over what is owed anew; where the episode is over by now, the last of it is its end."""
        new = owed[self.counted :]
        self.counted = len(owed)
        for place, what in enumerate(new):
            self.words[self.number].append(Owed(what, over and place == len(new) - 1))

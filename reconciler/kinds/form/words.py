"""How a kind is told: a title and a clause, for what is so and for what is over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.facts.finding import Evidence


@dataclass(frozen=True, slots=True)
class Told:
    """How one kind is told in one tense.

    Attributes:
        title: Names it on a card.
        clause: Follows a symbol. For a blindness it stands alone: `{what}` is what cannot be seen, and of
            which account; `{name}` is its bare name.
    """

    title: str
    clause: str


@dataclass(frozen=True, slots=True)
class KindWords:
    """How one kind is told: while it is so, and when it is over."""

    now: Told
    then: Told


@dataclass(frozen=True, slots=True)
class Milder:
    """How a kind is told where less was seen than its usual words claim.

    Attributes:
        when: Whether its evidence shows that.
        words: The words that claim no more.
    """

    when: Callable[[Sequence[Evidence]], bool]
    words: KindWords

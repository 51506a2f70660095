"""One verification as it is recorded: the question, all that was seen, the verdict, who decided, how long."""

from msgspec import Struct

from verification.facts.clock import Moment
from verification.facts.observation import Observation
from verification.facts.question import OpenQuestion, Question
from verification.facts.verdict import Verdict


class Verification(Struct, frozen=True):
    """A question with its answer.

    Attributes:
        question: What was asked.
        verdict: The answer.
        observations: All that was seen until the verdict, in order of arrival.
        decided: When the verdict was reached.
    """

    question: Question
    verdict: Verdict
    observations: tuple[Observation, ...]
    decided: Moment

    @property
    def asks(self) -> str:
        """`open` or `close`."""
        return "open" if isinstance(self.question, OpenQuestion) else "close"

    @property
    def milliseconds(self) -> float:
        """From the question to the verdict."""
        return (self.decided.monotonic - self.question.asked.monotonic) * 1000

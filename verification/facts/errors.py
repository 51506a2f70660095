"""What can go wrong while asking a venue, and whether trying again can help.

    SourceError
      SourceUnreachable   network, timeout, overload, maintenance: try again
        NotAsked          held back here: the budget is spent, or the venue asks us to wait: try again later
          BudgetSpent     by our own budget: that says nothing of the source at all
      SourceRejected      keys, permission, address, unknown venue: a person must act
        CredentialsRejected  the keys, or what they may do: until a person has mended that, nothing is seen
        SymbolRejected    one contract, which the venue does not know by that name: the others can be read
      SourceMalformed     an answer that is not what the venue documents: not evidence of anything
        OtherThanAsked    it is of something else as well: no evidence that what was asked for is not there
    AnswerLost            a request that may have had its effect although no answer came: ask what happened

None of them ever means "flat": a failed read is a value of its own (see `observation.SourceSilent`).
"""

from typing import ClassVar


class SourceError(Exception):
    """A source could not be read. `again` says whether the same question may succeed later."""

    again: ClassVar[bool] = True
    code: ClassVar[str] = "error"


class SourceUnreachable(SourceError):
    """The venue did not answer, or answered that it cannot now."""

    code = "unreachable"


class NotAsked(SourceUnreachable):
    """Nothing was sent: the budget of requests is spent, or the venue asks us to wait. Says until when."""


class BudgetSpent(NotAsked):
    """Nothing was sent, to keep to our own budget: the source may be as well as ever."""

    code = "budget_spent"


class SourceRejected(SourceError):
    """The venue understood and refused: wrong keys, no permission, unknown symbol."""

    again = False
    code = "rejected"


class CredentialsRejected(SourceRejected):
    """The venue refuses the keys, or what they may do from this address. Never of a clock or a limit."""

    code = "credentials"


class SymbolRejected(SourceRejected):
    """The venue knows no such contract: that is about the contract, and not about the account or its keys."""


class SourceMalformed(SourceError):
    """The answer has not the documented shape (an HTML page, an empty body, a row without a quantity)."""

    code = "malformed"


class OtherThanAsked(SourceMalformed):
    """The answer tells of something else than was asked for, as that of a server that does not pick does."""


class AnswerLost(SourceError):
    """A request with an effect was sent and its answer was lost: the effect may have happened."""

    again = False
    code = "answer_lost"

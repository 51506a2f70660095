"""What programs can say of alerts in a person's name: each goes through the command that the screens use."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TypeVar

from pydantic import BaseModel, Field, field_validator

from reconciler.alerts.seen import seen_by
from reconciler.console import Answer, Commands, Seen
from reconciler.facts.token import Role, Token
from reconciler.serve.alerts import AlertForm, alert_form
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.forms import Quantity, Time

ORIGIN = "api"
NAME_MOST = 80
NOTE_MOST = 2000

B = TypeVar("B", bound="Asking")


class Asking(Words):
    """Another look, now."""

    by: str = Field(
        default="",
        max_length=NAME_MOST,
        description="Who says it; the token's name is added. The token's name alone where it is empty.",
    )


class Noted(Asking):
    """A further word on an alert, open or over."""

    note: str = Field(
        default="",
        max_length=NOTE_MOST,
        description="Required for a critical alert, for what is intended, to close, and for a note.",
    )


class Seeing(Noted):
    """What somebody says of an alert as they see it."""

    seen: str | None = Field(
        default=None,
        description="`seen` of the alert as it was shown to them: they answer for that and no more. "
        "The alert as it is stored where it is null.",
    )

    @field_validator("seen")
    @classmethod
    def _is_a_mark(cls, mark: str | None) -> str | None:
        if mark is not None:
            seen_by(mark)
        return mark

    @property
    def saw(self) -> Seen | None:
        """What they saw; None for the alert as it is stored."""
        return None if self.seen is None else seen_by(self.seen)


class Closing(Seeing):
    """Close an alert for a reason, whatever the checks show."""


class Lasting(Seeing):
    """Something that ends by itself."""

    until: Time | None = Field(default=None, description="When it ends; null for the usual time.")


class Acknowledging(Lasting):
    """A person has seen the alert, and is on it."""


class Snoozing(Lasting):
    """Not now."""


class Intending(Lasting):
    """The position is meant to be there."""

    surplus: Quantity | None = Field(
        default=None,
        description="What they saw the exchange hold beyond the bots' books, signed contracts; "
        "null for what it is.",
    )


class AlertAnswer(Words):
    """What came of it."""

    alert: AlertForm = Field(description="The alert as it is now.")
    told: str = Field(description="What they could not know when they said it; empty for nothing.")


def _acknowledge(commands: Commands, alert: int, by: str, said: Acknowledging) -> Answer:
    words = {"by": by, "note": said.note, "origin": ORIGIN}
    return commands.acknowledge(alert, **words, seen=said.saw, until=said.until)


def _snooze(commands: Commands, alert: int, by: str, said: Snoozing) -> Answer:
    words = {"by": by, "note": said.note, "origin": ORIGIN}
    return commands.snooze(alert, **words, seen=said.saw, until=said.until)


def _intend(commands: Commands, alert: int, by: str, said: Intending) -> Answer:
    surplus = None if said.surplus is None else Decimal(said.surplus)
    words = {"by": by, "note": said.note, "origin": ORIGIN}
    return commands.intend(alert, **words, seen=said.saw, until=said.until, surplus=surplus)


def _close(commands: Commands, alert: int, by: str, said: Closing) -> Answer:
    return commands.close(alert, by=by, note=said.note, origin=ORIGIN, seen=said.saw)


def _note(commands: Commands, alert: int, by: str, said: Noted) -> Answer:
    return commands.note(alert, by=by, note=said.note, origin=ORIGIN)


def _check(commands: Commands, alert: int, by: str, said: Asking) -> Answer:
    del said
    return commands.check_again(alert, by=by, origin=ORIGIN)


def who(by: str, token: Token) -> str:
    """Return in whose name something is done: never in one that the token does not stand beside."""
    named = " ".join(by.split())
    return f"{named} ({token.name})" if named else token.name


def _does(model: type[B], command: Callable[[Commands, int, str, B], Answer], asked: Asked) -> Answered:
    """Do what was asked, in the name of whoever asks."""
    said = asked.body
    assert isinstance(said, model)
    assert asked.token is not None, "who answers an alert shows a token"
    answer = command(asked.house.console.commands, asked.item, who(said.by, asked.token), said)
    return Answered(
        AlertAnswer(alert=alert_form(answer.alert, asked.house.clock.now().utc), told=answer.told)
    )


def _command(
    name: str, summary: str, body: type[B], command: Callable[[Commands, int, str, B], Answer]
) -> Endpoint:
    does: Callable[[Asked], Answered] = partial(_does, body, command)
    model: type[BaseModel] = body
    return Endpoint(
        "POST",
        f"/api/v1/alerts/{{id}}/{name}",
        summary,
        does,
        AlertAnswer,
        role=Role.OPERATOR,
        body=model,
        statuses={
            409: "the alert is not what it has to be for this: `error` says why",
            413: "the body is too long",
            415: "the body is not JSON",
        },
    )


ENDPOINTS = (
    _command(
        "acknowledge", "Say that a person has seen an alert, and is on it.", Acknowledging, _acknowledge
    ),
    _command("snooze", "Say: not now. It stays open, and comes back by itself.", Snoozing, _snooze),
    _command(
        "intend", "Say that a position is meant to be there, until its size changes.", Intending, _intend
    ),
    _command("close", "Close an alert for a reason, whatever the checks show.", Closing, _close),
    _command("note", "Add a word to an alert, open or over.", Noted, _note),
    _command("check", "Ask for another look: whoever watches the account looks at once.", Asking, _check),
)

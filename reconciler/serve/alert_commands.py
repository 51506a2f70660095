"""What programs can say of alerts in a person's name: each goes through the command that the screens use."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, Field, field_validator

from reconciler.alerts.seen import seen_by
from reconciler.console import Answer, Commands, Seen
from reconciler.facts.token import Role, Token
from reconciler.serve.alerts import AlertForm, alert_form
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words

ORIGIN = "api"
NAME_MOST = 80
NOTE_MOST = 2000

B = TypeVar("B", bound="SaidOfAlert")


class SaidOfAlert(Words):
    """What every answer to an alert says."""

    by: str = Field(
        default="",
        max_length=NAME_MOST,
        description="Who says it; the token's name is added. The token's name alone where it is empty.",
    )
    note: str = Field(default="", max_length=NOTE_MOST, description="Required for a critical alert.")
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


class AlertAnswer(Words):
    """What came of it."""

    alert: AlertForm = Field(description="The alert as it is now.")
    told: str = Field(description="What they could not know when they said it; empty for nothing.")


class Acknowledgement(SaidOfAlert):
    """A person has seen the alert."""


def acknowledge_alert(asked: Asked) -> Answered:
    """Store that a person has seen it."""

    def command(commands: Commands, said: Acknowledgement, by: str) -> Answer:
        return commands.acknowledge(asked.item, by=by, note=said.note, origin=ORIGIN, seen=said.saw)

    return _done(asked, Acknowledgement, command)


def _done(asked: Asked, model: type[B], command: Callable[[Commands, B, str], Answer]) -> Answered:
    """Do what was asked, in the name of whoever asks."""
    said = asked.body
    assert isinstance(said, model)
    assert asked.token is not None, "who answers an alert shows a token"
    answer = command(asked.house.console.commands, said, who(said.by, asked.token))
    return Answered(AlertAnswer(alert=alert_form(answer.alert), told=answer.told))


def who(by: str, token: Token) -> str:
    """Return in whose name something is done: never in one that the token does not stand beside."""
    named = " ".join(by.split())
    return f"{named} ({token.name})" if named else token.name


def _command(name: str, summary: str, does: Callable[[Asked], Answered], body: type[BaseModel]) -> Endpoint:
    return Endpoint(
        "POST",
        f"/api/v1/alerts/{{id}}/{name}",
        summary,
        does,
        AlertAnswer,
        role=Role.OPERATOR,
        body=body,
        statuses={
            409: "the alert is not what it has to be for this: `error` says why",
            413: "the body is too long",
            415: "the body is not JSON",
        },
    )


ENDPOINTS = (
    _command("acknowledge", "Say that a person has seen an alert.", acknowledge_alert, Acknowledgement),
)

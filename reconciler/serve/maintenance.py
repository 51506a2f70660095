"""Maintenance windows for programs: read, begun and ended by the commands that the command line uses."""

from pydantic import Field

from reconciler.alerts.quiet import Window
from reconciler.facts.token import Role
from reconciler.serve.alert_commands import NAME_MOST, NOTE_MOST, ORIGIN, who
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.forms import Time

_STATUSES = {
    404: "there is no such account",
    409: "no window of the account is open",
    413: "the body is too long",
    415: "the body is not JSON",
}


class WindowForm(Words):
    """A span in which somebody works on an account: what is raised meanwhile is told when it is over."""

    account: str
    by: str
    note: str
    at: Time = Field(description="When it began.")
    until: Time
    ended_at: Time | None = Field(description="When somebody ended it before its time; null otherwise.")
    ended_by: str | None


class WindowPage(Words):
    """The windows that are open, by account."""

    windows: list[WindowForm]


class Ending(Words):
    """End the open window of an account before its time."""

    account: str = Field(description="Its name in the settings.")
    by: str = Field(
        default="",
        max_length=NAME_MOST,
        description="Who says it; the token's name is added. The token's name alone where it is empty.",
    )


class Beginning(Ending):
    """Begin a window of an account; it takes the place of one that is open."""

    note: str = Field(max_length=NOTE_MOST, description="What is done.")
    until: Time | None = Field(default=None, description="When it ends; null for the usual time.")


def list_windows(asked: Asked) -> Answered:
    """Answer with the windows that are open."""
    return Answered(WindowPage(windows=[_form(each) for each in asked.house.console.queries.windows()]))


def begin(asked: Asked) -> Answered:
    """Begin a window in the name of whoever asks."""
    said = asked.body
    assert isinstance(said, Beginning)
    assert asked.token is not None, "who begins a window shows a token"
    window = asked.house.console.commands.begin_maintenance(
        said.account, by=who(said.by, asked.token), note=said.note, origin=ORIGIN, until=said.until
    )
    return Answered(_form(window))


def end(asked: Asked) -> Answered:
    """End a window in the name of whoever asks."""
    said = asked.body
    assert isinstance(said, Ending)
    assert asked.token is not None, "who ends a window shows a token"
    return Answered(
        _form(asked.house.console.commands.end_maintenance(said.account, by=who(said.by, asked.token)))
    )


def _form(window: Window) -> WindowForm:
    return WindowForm(
        account=window.account,
        by=window.by,
        note=window.note,
        at=window.at,
        until=window.until,
        ended_at=window.ended_at,
        ended_by=window.ended_by,
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/maintenance",
        "Maintenance windows that are open, by account.",
        list_windows,
        WindowPage,
    ),
    Endpoint(
        "POST",
        "/api/v1/maintenance/begin",
        "Begin a maintenance window: what is raised meanwhile is told when it is over.",
        begin,
        WindowForm,
        role=Role.OPERATOR,
        body=Beginning,
        statuses=_STATUSES,
    ),
    Endpoint(
        "POST",
        "/api/v1/maintenance/end",
        "End a maintenance window before its time: what is still open is told now.",
        end,
        WindowForm,
        role=Role.OPERATOR,
        body=Ending,
        statuses=_STATUSES,
    ),
)

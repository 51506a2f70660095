"""What stands in a chat of Telegram, and what its Bot API refuses to take there."""

from dataclasses import dataclass, field
from typing import Any

DATA_LONGEST = 64


@dataclass(slots=True)
class Shown:
    """A message in a chat, as the people in it see it.

    Attributes:
        number: Its own.
        chat: The chat's number.
        by: The number of who wrote it; the bot's own for its messages.
        text: What stands in it now.
        buttons: Rows of label and data; empty for none.
        reply_to: The message that it answers; None for none.
        at: When it came, Unix seconds.
        edited: It was changed since.
    """

    number: int
    chat: int
    by: int
    text: str
    buttons: list[list[tuple[str, str]]] = field(default_factory=list)
    reply_to: int | None = None
    at: float = 0.0
    edited: bool = False


class Refused(Exception):
    """The API refuses: status, description and further parameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        """Say why."""
        super().__init__(description)
        self.status = status
        self.parameters = parameters


def buttons_of(markup: Any) -> list[list[tuple[str, str]]]:
    """Return the buttons of a markup.

    Raises:
        Refused: One carries too much.
    """
    rows = (markup or {}).get("inline_keyboard", [])
    for each in (button for row in rows for button in row):
        if not 1 <= len(each["callback_data"].encode()) <= DATA_LONGEST:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return [[(each["text"], each["callback_data"]) for each in row] for row in rows]


def units(text: str) -> int:
    """Return the length of text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

"""Reads the addresses of phones that can answer: Telegram's and ntfy's, as apprise writes them; pure."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

CLOUD = "ntfy.sh"
TELEGRAM = "https://api.telegram.org"
_TELEGRAM = re.compile(r"tgram://(?:bot)?(\d+)(?::|%3A)([A-Za-z0-9_-]+)/([^/?]+)/?(?:\?(.*))?", re.IGNORECASE)
_CHAT = re.compile(r"(-?\d+|@[A-Za-z][A-Za-z0-9_]{3,})(?::(\d+))?")
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")


@dataclass(frozen=True, slots=True)
class TelegramAddress:
    """A chat of a bot.

    Attributes:
        token: The bot's, a secret.
        chat: Number or @name of the chat.
        thread: The topic within a group; None for none.
    """

    token: str = field(repr=False)
    chat: str
    thread: int | None = None

    @property
    def bot(self) -> str:
        """The bot's number, which is no secret."""
        return self.token.partition(":")[0]


@dataclass(frozen=True, slots=True)
class NtfyAddress:
    """A topic of an ntfy server.

    Attributes:
        server: Its base, `https://ntfy.sh`.
        topic: Where messages go, as good as a secret.
        authorization: The header by which it lets us in; empty for none.
    """

    server: str
    topic: str = field(repr=False)
    authorization: str = field(default="", repr=False)

    @property
    def reply_topic(self) -> str:
        """A topic for what phones send back, which nobody guesses who does not know the other."""
        made = hashlib.sha256(f"trueup reply {self.server}/{self.topic}".encode()).hexdigest()
        return f"trueup-{made[:32]}"


def telegram_of(url: str) -> TelegramAddress | None:
    """Return a `tgram://TOKEN/CHAT` address; None where it is none, or names several chats."""
    found = _TELEGRAM.fullmatch(url.strip())
    if found is None:
        return None
    number, rest, chat, query = found.groups()
    named = _CHAT.fullmatch(unquote(chat))
    if named is None:
        return None
    options = parse_qs(query or "")
    thread = named[2] or next((options[name][0] for name in ("topic", "thread") if name in options), None)
    return TelegramAddress(f"{number}:{rest}", named[1], int(thread) if thread and thread.isdigit() else None)


def ntfy_of(url: str) -> NtfyAddress | None:
    """Return an `ntfy://` or `ntfys://` address; None where it is none, or names several topics."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"ntfy", "ntfys"} or not parts.netloc:
        return None
    topics = [unquote(each) for each in parts.path.split("/") if each]
    host = parts.netloc.rpartition("@")[2].partition(":")[0]  # as it was written: topics have capitals
    if not topics:
        host, topics, port = CLOUD, [host], None
    if len(topics) != 1 or not _TOPIC.fullmatch(topics[0]):
        return None
    plain = parts.scheme.lower() == "ntfy" and host.lower() != CLOUD
    server = f"{'http' if plain else 'https'}://{host}{'' if port is None else f':{port}'}"
    options = parse_qs(parts.query)
    return NtfyAddress(server, topics[0], _authorization(parts.username, parts.password, options))


def _authorization(user: str | None, password: str | None, options: dict[str, list[str]]) -> str:
    token = options.get("token", [""])[0]
    if user and not password and (user.startswith("tk_") or options.get("auth") == ["token"]):
        token = unquote(user)
    if token:
        return f"Bearer {token}"
    if user:
        login = f"{unquote(user)}:{unquote(password or '')}"
        return f"Basic {base64.b64encode(login.encode()).decode()}"
    return ""

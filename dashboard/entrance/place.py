"""Under which addresses the screens are reached; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""This machine's own names, which .streamlit/config.toml lets in; the first is the one that is told on."""

_USUAL = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """One of them: `https://trueup.example.com/desk`.

    Attributes:
        scheme: `http` or `https`, as the browser has it.
        host: With the port unless it is the usual one, in small letters, as the browser names it.
        prefix: What the path of every page begins with: empty, or `/desk`.
    """

    scheme: str
    host: str
    prefix: str = ""

    @property
    def origin(self) -> str:
        """What the browser calls the origin of its pages."""
        return f"{self.scheme}://{self.host}"

    @property
    def base(self) -> str:
        """What the address of every page begins with, without a stroke at the end."""
        return f"{self.origin}{self.prefix}"

    @property
    def secure(self) -> bool:
        """Whether what passes is encrypted."""
        return self.scheme == "https"


def places(port: int, *, tls: bool = False, public_url: str | None = None) -> Mapping[str, Place]:
    """Return the places by host: this machine's own names, and the public address where there is one."""
    scheme = "https" if tls else "http"
    hosts = (f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in LOOPBACK)
    own = {host: Place(scheme, host) for host in hosts}
    return own if public_url is None else {**own, **_public(public_url)}


def _public(url: str) -> Mapping[str, Place]:
    parts = urlsplit(url)
    name = (parts.hostname or "").lower()
    name = f"[{name}]" if ":" in name else name
    usual = parts.port is None or parts.port == _USUAL[parts.scheme]
    host = name if usual else f"{name}:{parts.port}"
    return {host: Place(parts.scheme, host, parts.path.rstrip("/"))}


def local(path: str) -> str:
    """Return a path of ours to go on to; `/` for anything that could lead elsewhere.

    A browser takes `//host`, and a stroke that leans the other way, for another host, and drops control
    characters before it looks.
    """
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"

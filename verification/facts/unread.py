"""Why nothing is known of a contract whose part of the account was not read."""

from collections.abc import Mapping


def why_unread(unread: Mapping[str, str], parts: Mapping[str, str], symbol: str) -> str | None:
    """Return why the part of a contract was not read; None if it was.

    Args:
        unread: Parts that were not read, each with why.
        parts: The part of each contract, by symbol.
        symbol: The contract. One that is in no part that anybody knows may be in one that was not read.
    """
    part = unread_part(unread, parts, symbol)
    return None if part is None else unread[part]


def unread_part(unread: Mapping[str, str], parts: Mapping[str, str], symbol: str) -> str | None:
    """Return the part of a contract if it is one that was not read."""
    if not unread:
        return None
    part = parts.get(symbol, min(unread))
    return part if part in unread else None

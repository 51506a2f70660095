"""ccxt options that change which account is meant: obeyed, or refused with words, never ignored."""

from collections.abc import Iterator, Mapping
from typing import Any

import ccxt

from verification.facts.errors import SourceRejected
from verification.venues.capabilities import Capabilities
from verification.venues.ccxt.failures import STUMBLES
from verification.venues.port import Access
from verification.venues.sandbox import CONSTRUCTOR, DEMO, SANDBOX, asked

_SANDBOX_ALL_THE_SAME = ("disableFuturesSandboxWarning",)
_PORTFOLIO = frozenset({"portfoliomargin", "papi"})
_SUB_ACCOUNT = frozenset(
    {
        "subaccount",
        "subaccountid",
        "subaccountname",
        "subaccountaddress",
        "subaccountnumber",
        "vaultaddress",
        "account",
        "accountid",
        "accountgroup",
        "user",
        "address",
    }
)
_ASKING = frozenset({"fetchPositions", "fetchOpenOrders", "fetchOrder", "fetchMyTrades", "fetchPositionMode"})
"""The calls by which Trueup reads. Their own options are Trueup's to set: they say what is asked for."""

_CONTRACTS = frozenset({"swap", "future", "futures", "linear", "contract"})


def must_be_meant(access: Access, known: Capabilities) -> None:
    """Refuse what would make ccxt read another account, or another list, than Trueup believes it does.

    Raises:
        SourceRejected: With the option's name and what to do.
    """
    for name, why in _refused(access.ccxt, known):
        raise SourceRejected(f"`{name}` of [accounts.{access.account}.ccxt] {why}")


def _refused(given: Mapping[str, Any], known: Capabilities) -> Iterator[tuple[str, str]]:
    options = given.get("options")
    tables = (("", given), ("options.", options if isinstance(options, Mapping) else {}))
    for prefix, table in tables:
        for name, value in table.items():
            why = _why_not(name, value, known, nested=bool(prefix))
            if why:
                yield f"{prefix}{name}", why
    wanted = asked(given, SANDBOX), asked(given, DEMO)
    if all(wanted):
        yield f"{wanted[0]}` and `{wanted[1]}", "are two different venues (sandbox and demo): keep one"
    elif wanted[0] and known.no_sandbox and not asked(given, _SANDBOX_ALL_THE_SAME):
        yield wanted[0], f"asks for a sandbox: {known.no_sandbox}"


def _why_not(name: str, value: object, known: Capabilities, *, nested: bool) -> str:
    if not value:
        return ""
    plain = name.replace("_", "").replace("-", "").lower()
    # Addresses are named after what they serve, which asks for nothing.
    if plain in _PORTFOLIO or (nested and _holds(value, _PORTFOLIO)):
        return "asks for a portfolio margin account, which Trueup does not read: remove it, or the account"
    if plain in _SUB_ACCOUNT and not (nested and name in known.account_options):
        return "names a sub-account, which ccxt would not obey here: use that account's own key"
    if not nested:
        return ""
    if name in _ASKING and isinstance(value, Mapping):
        return "says how positions or orders are asked for, which is Trueup's to say: remove it"
    if name == "standard":
        return "asks for standard contracts, which Trueup does not read: remove it"
    if name == "defaultType" and str(value) not in _CONTRACTS:
        return f"asks for {value} markets, and Trueup reads futures: remove it, or name the futures venue"
    if name == "defaultSubType" and known.dialect is not None and str(value) != "linear":
        return f"asks for {value} contracts, and Trueup reads linear ones here: remove it"
    return ""


def _holds(value: object, names: frozenset[str]) -> bool:
    """True when a table somewhere below sets one of some options."""
    if not isinstance(value, Mapping):
        return False
    return any((str(key).lower() in names and each) or _holds(each, names) for key, each in value.items())


def sandboxed(access: Access) -> str:
    """Return the option that ccxt's own constructor takes for the sandbox; empty if none is set."""
    return asked(access.ccxt, CONSTRUCTOR)


def obey(exchange: Any, access: Access) -> None:
    """Turn an exchange to the sandbox or demo venue where the settings ask for it.

    Raises:
        SourceRejected: The venue has none that ccxt knows.
    """
    for names, turn in ((SANDBOX, "set_sandbox_mode"), (DEMO, "enable_demo_trading")):
        name = asked(access.ccxt, names)
        if not name:
            continue
        if turn == "set_sandbox_mode" and exchange.isSandboxModeEnabled:
            continue  # by ccxt's own constructor
        try:
            getattr(exchange, turn)(True)  # noqa: FBT003 - ccxt's own
        except (ccxt.BaseError, *STUMBLES) as error:
            raise no_such_venue(access, name) from error


def no_such_venue(access: Access, name: str) -> SourceRejected:
    """Return the refusal of an option that asks for a sandbox or demo venue that there is not."""
    return SourceRejected(
        f"`{name}` of [accounts.{access.account}.ccxt]: ccxt knows no such venue of {access.venue} "
        "(sandbox, testnet or demo): remove it, or give its addresses as `urls`"
    )

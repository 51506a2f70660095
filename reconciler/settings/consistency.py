"""What must fit together across sections, checked on the raw values to be told with all the rest."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.ledgers.installed import KindUnusable
from reconciler.ledgers.kind import SPECIAL, LedgerKind
from reconciler.ledgers.registry import KINDS, OWN_KINDS
from reconciler.settings.database_url import FILE
from reconciler.settings.egresses import egress_problems, interval_problems
from reconciler.settings.problem import Problem
from reconciler.settings.refusal import close_match, literal_secret, secret_word

_LEAST, _MOST = 60, 86400
"""Seconds between which what may also be 0 has to be."""


def inconsistencies(raw: Any) -> Iterator[Problem]:
    """Yield what does not fit together in the merged settings; wrong types are pydantic's to tell."""
    ledgers = _table(raw, "ledgers")
    accounts = _table(raw, "accounts")
    users: dict[str, list[str]] = {name: [] for name in ledgers}
    for account, settings in accounts.items():
        if not isinstance(settings, Mapping):
            continue
        yield from _secrets_for_ccxt(account, settings)
        named = ledger_names(settings.get("ledgers"))
        if named is None:
            continue
        where = f"accounts.{account}.ledgers"
        if not named:
            yield Problem(where, "names no ledger, so there is nothing to compare the account with: add one")
        for name in named:
            if name in users:
                users[name].append(account)
            else:
                yield Problem(
                    where, f"{name} is not defined: add [ledgers.{name}]{_did_you_mean(name, ledgers)}"
                )
    yield from egress_problems(accounts)
    yield from interval_problems(_table(raw, "checks").get("interval"), accounts)
    yield from _channels(_table(raw, "notify"), accounts)
    for ledger, named_by in users.items():
        yield from _ledger_use(ledger, named_by, ledgers[ledger])


def _channels(channels: Mapping[str, Any], accounts: Mapping[str, Any]) -> Iterator[Problem]:
    for channel, settings in channels.items():
        if not isinstance(settings, Mapping):
            continue
        where = f"notify.{channel}"
        for name in ledger_names(settings.get("accounts")) or ():
            if name not in accounts:
                yield Problem(f"{where}.accounts", f"{name} is no account{close_match(name, list(accounts))}")
        yield from _bounds_or_zero(f"{where}.repeat", settings.get("repeat"), "for no reminders")


def _bounds_or_zero(
    where: str, value: object, zero: str, *, least: int = _LEAST, most: int = _MOST
) -> Iterator[Problem]:
    """Tell of seconds that are neither between the bounds nor 0, which is `zero`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return  # pydantic tells of it
    try:
        seconds = float(value)
    except ValueError:
        return  # so too of this
    if seconds and not least <= seconds <= most:
        fix = f"should be from {least} to {most} seconds, or 0 {zero}"
        yield Problem(where, f"{value} is wrong, it {fix}")


def ledger_names(value: object) -> tuple[str, ...] | None:
    """Return the names in a list or in a text with commas (from the environment); None if it is neither."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return tuple(value)
    return None


def _table(raw: Any, key: str) -> Mapping[str, Any]:
    table = raw.get(key) if isinstance(raw, Mapping) else None
    return table if isinstance(table, Mapping) else {}


def _did_you_mean(name: str, ledgers: Mapping[str, Any]) -> str:
    return close_match(name, list(ledgers)).replace(": ", ", or ", 1) if ledgers else ""


def _secrets_for_ccxt(account: str, settings: Mapping[str, Any]) -> Iterator[Problem]:
    for key in _table(settings, "ccxt"):
        if secret_word(key):
            yield Problem(f"accounts.{account}.ccxt.{key}", literal_secret(key, account))


def _way_in(ledger: str, name: str, kind: LedgerKind | None, url: str) -> Iterator[Problem]:
    if kind is None or not url or kind.in_file == url.startswith(FILE):
        return
    instead = f"{FILE}PATH" if kind.in_file else "sqlite:///FILE or postgresql://USER@HOST/NAME"
    yield Problem(f"ledgers.{ledger}.url", f"is not where a {name} bot keeps its books: write {instead}")


def _usable_kind(name: str) -> LedgerKind | None:
    try:
        return KINDS.get(name)
    except KindUnusable:  # told where its name is checked
        return None


def _of_its_kind(
    ledger: str, name: str, accounts: list[str], settings: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield what is given of settings that are for other kinds of ledgers, or missing for this one."""
    kind = _usable_kind(name)
    if kind is None:
        return
    for key in sorted(SPECIAL):
        given, where = settings.get(key) not in (None, {}), f"ledgers.{ledger}.{key}"
        if given and key not in kind.takes:
            kinds = " or ".join(each for each, known in OWN_KINDS.items() if key in known.takes)
            yield Problem(where, f"is only for a ledger of kind {kinds}, and this is of {name}: remove it")
        elif not given and key in kind.needs:
            yield Problem(where, f"is missing: a ledger of kind {name} cannot be read without it")
    yield from _since_of_query(ledger, settings.get("query"), given=settings.get("since") is not None)
    if settings.get("baseline") and len(accounts) > 1:
        yield Problem(
            f"ledgers.{ledger}.baseline",
            f"is given, and {' and '.join(accounts)} have this ledger: give each account a ledger of its own "
            "name on the same database, and the baseline to that of the account that held it",
        )


def _since_of_query(ledger: str, query: object, *, given: bool) -> Iterator[Problem]:
    asked = ":since" in str(query or "")
    if query and given and not asked:
        what = "is given, and its query does not ask for it: write `WHERE ... >= :since` there, or remove it"
        yield Problem(f"ledgers.{ledger}.since", what)
    if asked and not given:
        yield Problem(f"ledgers.{ledger}.since", "is missing: its query asks for :since")


def _ledger_use(ledger: str, accounts: list[str], settings: object) -> Iterator[Problem]:
    if not accounts:
        yield Problem(
            f"ledgers.{ledger}",
            "belongs to no account, so it would not be compared: add it to one, or remove it",
        )
    if not isinstance(settings, Mapping):
        return
    on_server = str(settings.get("url", "")).startswith("postgres")
    name = str(settings.get("kind"))
    kind = _usable_kind(name)
    zoned_here = kind is not None and (kind.zoned if on_server else kind.zoned_files)
    if settings.get("timezone") is not None and not zoned_here:
        zoned = " or ".join(
            each for each, known in OWN_KINDS.items() if known.zoned and not known.zoned_files
        )
        yield Problem(
            f"ledgers.{ledger}.timezone",
            f"is only for a {zoned} database on PostgreSQL; all others keep their times in UTC: remove it",
        )
    yield from _way_in(ledger, name, kind, str(settings.get("url", "")))
    if settings.get("silent_after") is not None:
        where = f"ledgers.{ledger}.silent_after"
        if kind is not None and kind.silent_after is None:
            yield Problem(where, f"is given, and nothing follows from the silence of a {name} bot: remove it")
        else:
            yield from _bounds_or_zero(where, settings["silent_after"], "for never")
    yield from _of_its_kind(ledger, name, accounts, settings)
    if settings.get("stale_after") is not None:
        where = f"ledgers.{ledger}.stale_after"
        if kind is not None and kind.stale_after is None:
            yield Problem(where, f"is given, and a {name} bot may write nothing for long: remove it")
        else:
            yield from _bounds_or_zero(where, settings["stale_after"], "for ever", least=3600, most=2592000)
    if kind is not None and kind.one_account and len(accounts) > 1:
        yield Problem(
            f"ledgers.{ledger}",
            f"is named by {' and '.join(accounts)}, but a {name} database has one account: keep one",
        )

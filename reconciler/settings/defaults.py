"""`[defaults]`: what accounts, ledgers and channels have in common, for those who have twenty; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import Field

from reconciler.settings.notify import NotifySettings
from reconciler.settings.problem import Problem
from reconciler.settings.refusal import close_match, literal_secret, secret_word
from reconciler.settings.section import Section
from reconciler.settings.sections import AccountSettings, LedgerSettings

_EACH: Final[Mapping[str, type[Section]]] = {
    "accounts": AccountSettings,
    "ledgers": LedgerSettings,
    "notify": NotifySettings,
}


class DefaultsSettings(Section):
    """What each entry of a section has that does not say otherwise; `{name}` in a text is its name."""

    accounts: dict[str, Any] = Field(
        default_factory=dict, description="Settings of every account that does not give them itself."
    )
    ledgers: dict[str, Any] = Field(
        default_factory=dict, description="Settings of every ledger that does not give them itself."
    )
    notify: dict[str, Any] = Field(
        default_factory=dict, description="Settings of every channel that does not give them itself."
    )


@dataclass(frozen=True, slots=True)
class Applied:
    """Settings with the defaults in their places.

    Attributes:
        raw: The settings, still unchecked.
        alike: What of an entry is a default, word for word: section, entry and key.
        problems: What is wrong with the defaults themselves.
    """

    raw: Any
    alike: frozenset[tuple[str, str, str]] = frozenset()
    problems: tuple[Problem, ...] = ()

    def told(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return what is wrong with values; of a default once and in its place, and not with every entry."""
        return tuple(dict.fromkeys(self._placed(problem) for problem in problems))

    def _placed(self, problem: Problem) -> Problem:
        section, *rest = problem.name.split(".")
        if len(rest) > 1 and (section, rest[0], rest[1]) in self.alike:
            return replace(problem, name=".".join(("defaults", section, *rest[1:])))
        return problem


def with_defaults(raw: Any) -> Applied:
    """Return merged settings in which each entry has the defaults that it does not give itself.

    A table is filled up key by key, any other value stands as a whole. Of a secret that may be named by a
    variable or by a file, the default of the one is not taken where an entry names the other.
    """
    defaults = raw.get("defaults") if isinstance(raw, Mapping) else None
    if not isinstance(defaults, Mapping):
        return Applied(raw)
    problems: list[Problem] = []
    alike: set[tuple[str, str, str]] = set()
    merged = dict(raw)
    for section, model in _EACH.items():
        given, entries = defaults.get(section), raw.get(section)
        if not isinstance(given, Mapping):
            continue
        known = {key: value for key, value in given.items() if key in model.model_fields}
        problems += _unknown(section, given.keys() - known.keys(), list(model.model_fields))
        if isinstance(entries, Mapping):
            merged[section] = {
                name: _filled(_named(known, name), entry) if isinstance(entry, Mapping) else entry
                for name, entry in entries.items()
            }
            alike |= {
                (section, name, key)
                for name, entry in entries.items()
                for key in known
                if isinstance(entry, Mapping) and key not in entry and _named(known[key], name) == known[key]
            }
    return Applied(merged, frozenset(alike), tuple(problems))


def _unknown(section: str, keys: Iterable[str], known: list[str]) -> Iterator[Problem]:
    for key in sorted(keys):
        where = f"defaults.{section}.{key}"
        if section == "accounts" and secret_word(key):
            yield Problem(where, literal_secret(key, "NAME"))
        elif section == "notify" and key == "url":
            yield Problem(where, "is a secret, and secrets do not belong in the settings: name url_env")
        else:
            yield Problem(where, f"is not a setting{close_match(key, known)}")


def _named(value: Any, name: str) -> Any:
    """Put the name of an entry into the texts of a default: `{name}` as it is, `{NAME}` as in a variable."""
    if isinstance(value, str):
        return value.replace("{name}", name).replace("{NAME}", name.upper().replace("-", "_"))
    if isinstance(value, Mapping):
        return {key: _named(inner, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, name) for inner in value]
    return value


def _filled(default: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    filled = {key: value for key, value in default.items() if _other_way(key) not in entry}
    for key, value in entry.items():
        below = filled.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            filled[key] = _filled(below, value)
        else:
            filled[key] = value
    return filled


def _other_way(key: str) -> str:
    """Return the other setting that names the same secret; an empty word where there is none."""
    stem, _, way = key.rpartition("_")
    return f"{stem}_{'file' if way == 'env' else 'env'}" if stem and way in {"env", "file"} else ""

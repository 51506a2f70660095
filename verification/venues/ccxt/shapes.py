"""Checks the shape of a successful answer before anybody reads it: pure. Its words hold nothing of it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fnmatch import fnmatchcase

from verification.venues.capabilities import Shape

_REFUSING = frozenset({"code", "status", "error", "err-code", "err_code", "label"})
"""Keys by which one venue or another says that it refuses."""

_SCALARS = (str, int, Decimal)
_WRITTEN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,2})?")
_ISO = re.compile(
    r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,9})?(Z|[-+])"
)
_IMPOSSIBLE = Decimal(10) ** 15
"""More than any quantity, price or market is."""
_PLACES = frozenset(map(str, range(31)))


def misshapen(
    shapes: tuple[Shape, ...], method: str, path: str, answer: object, request: str = ""
) -> str | None:
    """Return what is wrong with a successful answer; None if its shape is as documented, or has no rule.

    Args:
        shapes: The rules of the venue; the first that fits counts.
        method: The HTTP method.
        path: The request's path, without the query.
        answer: The decoded body.
        request: The request's own body.
    """
    rule = rule_for(shapes, method, path, request)
    if rule is None:
        return None
    if rule.says is not None:
        key, served = rule.says
        said = answer.get(key) if isinstance(answer, Mapping) else None
        if not _scalar(said) or str(said) not in served:
            return f"{rule.path} does not say `{key}` as a served request does"
    if rule.rows is None:
        return lacking(_at(answer, rule.at), rule)
    rows = _at(answer, rule.rows)
    if rows is None and rule.nullable and _has(answer, rule.rows):
        return None
    if not isinstance(rows, list):
        return f"{rule.path} holds no list"
    if len(rows) < rule.least:
        return f"{rule.path} holds {len(rows)} rows, at least {rule.least} belong there"
    return next((wrong for wrong in (lacking(row, rule) for row in rows) if wrong is not None), None)


def mute(shapes: tuple[Shape, ...], method: str, path: str, answer: object, request: str = "") -> str | None:
    """Return what is wrong with an answer that does not even say whether the request was served.

    ccxt takes that for a refusal, after which a person would look for wrong keys.
    """
    rule = rule_for(shapes, method, path, request)
    if rule is None or rule.says is None:
        return None
    key, _ = rule.says
    said = isinstance(answer, Mapping) and any(_scalar(answer.get(name)) for name in {key, *_REFUSING})
    return None if said else f"{rule.path} does not say `{key}`"


def rule_for(shapes: tuple[Shape, ...], method: str, path: str, request: str = "") -> Shape | None:
    """Return the rule of a request's answer: the first that fits; None where there is none."""
    return next((each for each in shapes if _is_for(each, method, path, request)), None)


def lacking(value: object, rule: Shape) -> str | None:
    """Return what an object lacks; None if it is whole."""
    if not (rule.keys or rule.told or rule.numbers or rule.instants or rule.one_of or rule.places):
        return None
    if not isinstance(value, Mapping):
        return f"{rule.path} holds {type(value).__name__} where an object belongs"
    missing = [key for key in rule.keys if key not in value]
    missing += [key for key in rule.told if not _scalar(_at(value, tuple(key.split("."))))]
    missing += [key for key in rule.numbers if not _number(_at(value, tuple(key.split("."))))]
    missing += [key for key in rule.instants if not _instant(_at(value, tuple(key.split("."))))]
    if missing:
        return f"{rule.path} lacks {', '.join(missing)}"
    odd = [
        key
        for key, values in rule.one_of.items()
        if not _scalar(said := _at(value, tuple(key.split(".")))) or str(said) not in values
    ]
    odd += [key for key in rule.places if key in value and str(value[key]) not in _PLACES]
    return f"{rule.path} says something undocumented in {', '.join(odd)}" if odd else None


def _is_for(rule: Shape, method: str, path: str, request: str) -> bool:
    return rule.method == method and fnmatchcase(path, f"*{rule.path}") and rule.of in request


def _at(value: object, steps: tuple[str | int, ...]) -> object:
    for step in steps:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _has(answer: object, steps: tuple[str | int, ...]) -> bool:
    """True when the last key is there, whatever it holds."""
    holder = _at(answer, steps[:-1])
    return bool(steps) and isinstance(holder, Mapping) and steps[-1] in holder


def _number(value: object) -> bool:
    """True for a number that a quantity or a price can be."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return False
    written = str(value)
    return _WRITTEN.fullmatch(written) is not None and abs(Decimal(written)) < _IMPOSSIBLE


def _instant(value: object) -> bool:
    return isinstance(value, str) and _ISO.match(value) is not None


def _scalar(value: object) -> bool:
    return isinstance(value, _SCALARS) and value != ""

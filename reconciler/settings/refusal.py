"""What pydantic refused, in a person's words: the setting's name, what is wrong with it, and the fix."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

import orjson
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from reconciler.settings.problem import Problem

SHOWN_MAX = 60
WANTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a table",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "model_type": "a table",
    "path_type": "a path in quotes",
    "string_type": "a text in quotes",
    "tuple_type": "a list",
}
# By how people and ccxt write them; spelling is compared without case, hyphens and underscores.
SECRET_WORDS = {
    "apikey": "api_key",
    "key": "api_key",
    "secret": "secret",
    "apisecret": "secret",
    "password": "password",
    "passphrase": "password",
    "privatekey": "secret",
    "token": "secret",
    "twofa": "secret",
}


def secret_word(key: str) -> str | None:
    """Return which credential a key would hold (`api_key`, `secret` or `password`); None if it is none."""
    return SECRET_WORDS.get(key.lower().replace("_", "").replace("-", ""))


def literal_secret(key: str, account: str) -> str:
    """Return what to say of a secret written into the settings file; the secret is not repeated."""
    word = secret_word(key) or "secret"
    return (
        "is a secret, and secrets do not belong in the settings: "
        f'put it into an environment variable, named by [accounts.{account}] {word}_env = "MY_{word.upper()}"'
    )


def close_match(word: str, known: list[str]) -> str:
    """Return `: did you mean ...?`, or the words that are known when none is close."""
    near = get_close_matches(word.lower(), known, n=1)
    if near:
        return f": did you mean {near[0]}?"
    return f": known here are {', '.join(known)}" if known else ""


def refusals(error: ValidationError, raw: Any, model: type[BaseModel]) -> Iterator[Problem]:
    """Yield one problem for each thing that pydantic refused.

    Args:
        error: What pydantic says.
        raw: What was given, file and environment merged.
        model: The settings.
    """
    for detail in error.errors(include_url=False, include_input=False):
        loc = tuple(str(part) for part in detail["loc"])
        yield Problem(".".join(part for part in loc if part != "[key]"), _words(detail, loc, raw, model))


def _words(detail: ErrorDetails, loc: tuple[str, ...], raw: Any, model: type[BaseModel]) -> str:
    key = loc[-1]
    field = _field(model, loc)
    fix = _example(key, field)
    if key == "[key]":
        return "is no name: use letters, digits, - and _, 40 at most"
    if detail["type"] == "missing":
        return f"is missing{fix}"
    if detail["type"] == "extra_forbidden":
        if loc[0] == "accounts" and secret_word(key):
            return literal_secret(key, loc[1])
        if loc[0] == "notify" and key == "url":
            fix = f'put it into an environment variable, named by [notify.{loc[1]}] url_env = "MY_URL"'
            return f"is a secret, and secrets do not belong in the settings: {fix}"
        if loc == ("ping", "url"):
            fix = 'put it into an environment variable, named by [ping] url_env = "PING_URL"'
            return f"is a secret, and secrets do not belong in the settings: {fix}"
        return f"is not a setting{close_match(key, _keys(model, loc[:-1]))}"
    shown = _shown(loc, _at(raw, loc))
    if (
        detail["type"] in {"enum", "literal_error"}
        and field is not None
        and isinstance(field.annotation, type)
    ):
        words = [str(word) for word in field.annotation]
        return f"{shown}is not known{close_match(str(_at(raw, loc)), words)}"
    if detail["type"] == "value_error":
        return f"{shown}{detail['ctx']['error']}{fix}"
    return f"{shown}is wrong, it should be {_wanted(detail, field)}{fix}"


def _wanted(detail: ErrorDetails, field: FieldInfo | None) -> str:
    if detail["type"] in WANTED:
        return WANTED[detail["type"]]
    facts = field.json_schema_extra if field is not None else None
    if isinstance(facts, dict) and "least" in facts:
        return f"from {facts['least']} to {facts['most']} {facts['unit']}"
    for bound, words in (("ge", "at least"), ("le", "at most")):
        if bound in detail.get("ctx", {}):
            return f"{words} {detail['ctx'][bound]}"
    return detail["msg"].removeprefix("Input should be ")


def _example(key: str, field: FieldInfo | None) -> str:
    if field is None or not field.examples:
        return ""
    return f", for example {key} = {orjson.dumps(field.examples[0]).decode()}"


def _shown(loc: tuple[str, ...], value: object) -> str:
    # An address may hold a password, and whatever stands where a credential is named may be the credential.
    if loc[-1].endswith(("url", "_env", "_file")) or "ccxt" in loc:
        return ""
    if isinstance(value, str | int | float | bool) and len(str(value)) <= SHOWN_MAX:
        return f"{orjson.dumps(value).decode()} "
    return ""


def _at(raw: Any, loc: tuple[str, ...]) -> object:
    for part in loc:
        if not isinstance(raw, Mapping):
            return None
        raw = raw.get(part)
    return raw


def _walk(model: type[BaseModel], loc: tuple[str, ...]) -> Iterator[type[BaseModel] | None]:
    here: type[BaseModel] | None = model
    names = iter(loc)
    yield here
    for part in names:
        field = here.model_fields.get(part) if here is not None else None
        below = _model_in(field)
        if field is not None and below is not None and get_args(field.annotation):
            next(names, None)  # the name that a person gave the account or the ledger
        here = below
        yield here


def _model_in(field: FieldInfo | None) -> type[BaseModel] | None:
    if field is None:
        return None
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _keys(model: type[BaseModel], loc: tuple[str, ...]) -> list[str]:
    here = list(_walk(model, loc))[-1]
    return list(here.model_fields) if here is not None else []


def _field(model: type[BaseModel], loc: tuple[str, ...]) -> FieldInfo | None:
    here = list(_walk(model, loc[:-1]))[-1]
    return here.model_fields.get(loc[-1]) if here is not None else None

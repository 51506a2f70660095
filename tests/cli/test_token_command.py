"""`trueup token`: the token is the last word that is printed, once; and it can be listed and revoked."""

import json
from pathlib import Path

import pytest

from reconciler.console import Console
from reconciler.facts.token import Role, digest_of
from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("alerts")


def test_the_token_is_the_last_word_and_is_not_shown_again(trueup: Command, tmp_path: Path) -> None:
    said = trueup("token", "new", "--role", "operator", "--name", "the phone of ann")

    token = said.out.split()[-1]
    with Console.open(f"sqlite:///{tmp_path}/trueup.db") as console:
        (kept,) = console.tokens.every()
    assert said.code == 0
    assert (kept.role, kept.name, kept.digest) == (Role.OPERATOR, "the phone of ann", digest_of(token))
    assert token not in trueup("token", "list").out
    assert token not in trueup("token", "list", "--json").out


def test_a_token_is_limited_to_groups_of_accounts(trueup: Command) -> None:
    said = trueup("token", "new", "--role", "viewer", "--name", "desk", "--group", "east")

    assert "Token 1 for desk (viewer for east), which" in said.out
    (told,) = json.loads(trueup("token", "list", "--json").out)
    assert told["groups"] == ["east"]
    assert "desk (viewer for east), made" in trueup("token", "list").out


def test_two_tokens_are_never_the_same(trueup: Command) -> None:
    first, second = (trueup("token", "new", "--role", "viewer").out.split()[-1] for _ in range(2))

    assert first != second


def test_a_revoked_token_is_listed_as_that(trueup: Command) -> None:
    trueup("token", "new", "--role", "viewer")
    trueup("token", "new", "--role", "operator")

    said = trueup("token", "revoke", "1")

    assert "revoked" in said.out
    lines = trueup("token", "list").out.splitlines()
    assert ["revoked" in line for line in lines] == [True, False]
    told = json.loads(trueup("token", "list", "--json").out)
    assert [each["revoked_at"] is None for each in told] == [False, True]


def test_what_makes_no_sense_is_one_line(trueup: Command) -> None:
    assert "there is no token 7" in trueup("token", "revoke", "7").complaint
    assert "trueup token new --help" in trueup("token", "new", "--role", "king").complaint
    assert "40 printable" in trueup("token", "new", "--role", "viewer", "--name", "x" * 41).complaint


def test_without_any_it_says_how_to_make_one(trueup: Command) -> None:
    assert "trueup token new" in trueup("token", "list").out

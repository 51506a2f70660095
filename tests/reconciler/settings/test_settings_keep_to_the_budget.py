"""Settings that would spend a venue's budget by themselves are refused, with the interval that is allowed."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.settings import SettingsError, load
from tests.reconciler.settings_files import written

PROXY = 'httpsProxy = "http://10.0.0.1:3128"'


def accounts(*more: tuple[str, str, str], checks: str = "") -> str:
    """Write settings with accounts, each by name, further settings, and its `ccxt`."""
    text = checks
    for name, own, ccxt in more:
        text += f'[ledgers.{name}]\nkind = "journal"\nurl = "sqlite:///{name}.db"\n'
        text += f'[accounts.{name}]\nvenue = "binanceusdm"\nledgers = ["{name}"]\n'
        text += f'api_key_env = "KEY"\nsecret_env = "SECRET"\n{own}\n[accounts.{name}.ccxt]\n{ccxt}\n'
    return text


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "the-key")
    monkeypatch.setenv("SECRET", "the-secret")


def problems(folder: Path, text: str) -> list[str]:
    try:
        load(written(folder, text))
    except SettingsError as error:
        return list(map(str, error.problems))
    return []


TEN = tuple((f"n{number}", "", "") for number in range(10))
ONE, TWO, THREE = (("a", "", ""), ("b", "", ""), ("c", "", ""))


@pytest.mark.parametrize(
    ("interval", "which", "least"),
    [
        ("0.1", (ONE,), 3),
        ("2", (ONE,), 3),
        ("5", (ONE, TWO), 6),
        ("8", (ONE, TWO, THREE), 9),
        ("30", TEN, 33),
        # A third account that leaves by another address is no matter of theirs.
        ("5", (ONE, TWO, ("c", "", PROXY)), 6),
        ("2", (("a", 'egress = "here"', ""), ("b", 'egress = "there"', "")), 3),
        ("5", (("a", 'egress = "here"', PROXY), ("b", 'egress = "here"', PROXY)), 6),
    ],
)
def test_an_interval_that_spends_the_budget_is_refused_with_the_least_that_does_not(
    tmp_path: Path, interval: str, which: tuple[tuple[str, str, str], ...], least: int
) -> None:
    told = problems(tmp_path, accounts(*which, checks=f"[checks]\ninterval = {interval}\n"))
    assert told
    assert all(
        each.startswith(f"checks.interval: {float(interval):g} is too short: sweeps of") for each in told
    )
    assert all(f"set {least} or more" in each for each in told)
    assert problems(tmp_path, accounts(*which, checks=f"[checks]\ninterval = {least}\n")) == []


def test_the_words_tell_what_would_be_spent(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, accounts(ONE, checks="[checks]\ninterval = 2\n"))
    assert told == (
        "checks.interval: 2 is too short: sweeps of a on binanceusdm would spend 458 of request weight a "
        "minute, and 360 of it are for them: set 3 or more; events are checked at once all the same"
    )


def test_where_nothing_is_set_it_is_as_long_as_the_accounts_need(tmp_path: Path) -> None:
    assert load(written(tmp_path, accounts(ONE, TWO))).sweep_every == timedelta(seconds=30)
    assert load(written(tmp_path, accounts(ONE, TWO, THREE))).sweep_every == timedelta(seconds=30)
    assert load(written(tmp_path, accounts(*TEN))).sweep_every == timedelta(seconds=33)
    set_ = accounts(ONE, TWO, THREE, checks="[checks]\ninterval = 50\n")
    assert load(written(tmp_path, set_)).sweep_every == timedelta(seconds=50)


def test_a_venue_whose_weights_are_not_documented_is_not_reckoned(tmp_path: Path) -> None:
    text = accounts(ONE, checks="[checks]\ninterval = 1\n").replace("binanceusdm", "okx")
    assert problems(tmp_path, text) == []


def test_one_name_for_two_proxies_is_refused(tmp_path: Path) -> None:
    here = 'egress = "here"'
    (told,) = problems(tmp_path, accounts(("a", here, PROXY), ("b", here, "")))
    assert told.startswith("accounts.b.egress: is here, as that of a, but the proxies in their ccxt differ")
    assert "10.0.0.1" not in told
    other_spelling = 'https_proxy = "http://10.0.0.1:3128"'
    assert problems(tmp_path, accounts(("a", here, PROXY), ("b", here, other_spelling))) == []


def test_the_name_gets_to_the_venue(tmp_path: Path) -> None:
    settings = load(written(tmp_path, accounts(("a", 'egress = "here"', ""), TWO)))
    assert settings.access("a").egress == "here"
    assert settings.access("b").egress == ""


@pytest.mark.parametrize(
    ("host", "refused"),
    [
        ("127.0.0.1:9443", False),
        ("localhost:9443", False),
        ("10.0.0.1:9443", True),
        ("localhost.example", True),
    ],
)
def test_a_simulated_venue_on_this_machine_is_swept_as_often_as_one_likes(
    tmp_path: Path, host: str, *, refused: bool
) -> None:
    api = f'fapiPrivate = "http://{host}/fapi/v1", ws = {{ future = "ws://{host}/ws" }}'
    urls = f"urls = {{ api = {{ {api} }} }}"
    told = problems(tmp_path, accounts(("a", "", urls), checks="[checks]\ninterval = 2\n"))
    assert bool(told) is refused

"""`[sign_in]` and what the screens listen on: what fits is taken, the rest is told in words, all at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.facts.sign_in import Door, Lists, Way
from reconciler.settings import Settings, SettingsError, load
from tests.reconciler.settings_files import GOOD, written

SECRET = "c4n4ryS3CRET"
OIDC = """[sign_in.oidc]
issuer = "https://i.example"
client_id = "trueup"
client_secret_env = "OIDC_SECRET"
"""
BY_PROXY = """[dashboard]
proxies = ["{}"]
[sign_in]
ways = ["proxy"]
viewers = ["*"]
[sign_in.proxy]
header = "X-User"
"""
PROXIED = '[dashboard]\naddress = "0.0.0.0"\nproxies = ["10.0.0.2"]\npublic_url = "https://t.example"\n'


def set_up(folder: Path, lines: str) -> Settings:
    return load(written(folder, f"{GOOD}\n{lines}\n"), venues=False)


def test_without_a_word_it_is_the_link_on_this_machine(tmp_path: Path) -> None:
    assert set_up(tmp_path, "").door() == Door()


def test_all_of_it_comes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    (tmp_path / "shared").write_text("of the proxy\n")
    door = set_up(
        tmp_path,
        PROXIED
        + """[sign_in]
ways = ["accounts", "oidc", "proxy"]
idle = 3600
lasts = 7200
key_file = "keys/sign-in"
admins = ["ann@example.com", "group:ops"]
viewers = ["*"]
[sign_in.proxy]
header = "X-Forwarded-User"
groups_header = "X-Forwarded-Groups"
secret_file = "shared"
"""
        + OIDC,
    ).door()

    assert door.ways == (Way.ACCOUNTS, Way.OIDC, Way.PROXY)
    assert (door.idle, door.lasts) == (timedelta(hours=1), timedelta(hours=2))
    assert door.key_file == str(tmp_path / "keys/sign-in")
    assert door.provider is not None
    assert (door.provider.client_secret, door.provider.name_claim) == (SECRET, "email")
    assert door.proxy is not None
    assert (door.proxy.header, door.proxy.secret) == ("X-Forwarded-User", "of the proxy")
    assert (door.proxies, door.public_url) == (("10.0.0.2",), "https://t.example")
    assert door.roles.admins == ("ann@example.com", "group:ops")


def test_ways_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_SIGN_IN__WAYS", "link, accounts")
    assert set_up(tmp_path, "").door().ways == (Way.LINK, Way.ACCOUNTS)


def test_roles_for_single_groups_of_accounts_come_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    lists = '[sign_in.account_groups.east]\noperators = ["group:east-desk"]\nviewers = ["*"]\n'
    door = set_up(tmp_path, f'[sign_in]\nways = ["oidc"]\n{lists}{OIDC}').door()

    assert door.roles.by_group == (("east", Lists(operators=("group:east-desk",), viewers=("*",))),)


def test_lists_for_a_group_where_nobody_is_known_by_a_provider_are_refused(tmp_path: Path) -> None:
    lists = '[sign_in]\nways = ["accounts"]\n[sign_in.account_groups.east]\nviewers = ["*"]\n'

    with pytest.raises(SettingsError, match=r"account_groups\.east\.viewers: is for whom a provider"):
        set_up(tmp_path, lists)


def test_a_public_address_that_others_could_read_along_is_none_to_sign_in_at(tmp_path: Path) -> None:
    settings = set_up(tmp_path, '[dashboard]\npublic_url = "http://t.example"')
    assert settings.door().public_url is None
    assert settings.dashboard.link == "http://t.example"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('[dashboard]\naddress = "0.0.0.0"', ["dashboard.address: is not of this machine, and what passes"]),
        ('[dashboard]\naddress = "0.0.0.0"', ["dashboard.public_url: is missing: say under which"]),
        ('[sign_in]\nways = []\n[dashboard]\naddress = "::"', ["sign_in.ways is empty"]),
        ('[dashboard]\ntls_certificate = "c"', ["dashboard.tls_key: is missing"]),
        ('[dashboard]\ntls_key = "c"', ["dashboard.tls_certificate: is missing"]),
        ('[dashboard]\nproxies = ["here"]', ["dashboard.proxies", "holds here, which is no address"]),
        (
            '[dashboard]\nproxies = ["10.0.0.2"]\npublic_url = "http://t.example"',
            ["dashboard.public_url: should begin with https://"],
        ),
        ('[sign_in]\nways = ["password"]', ["sign_in.ways", "link"]),
        ("[sign_in]\nidle = 7200\nlasts = 3600", ["sign_in.idle: is longer than sign_in.lasts"]),
        (
            '[sign_in]\nways = ["oidc"]',
            ["sign_in.oidc.issuer: is missing", "sign_in.oidc.client_id: is missing"],
        ),
        (
            '[sign_in]\nways = ["oidc"]',
            ["sign_in.oidc.client_secret_env: is missing", "sign_in.admins: is missing"],
        ),
        (OIDC, ['sign_in.oidc: is given, and sign_in.ways has no "oidc"']),
        (
            f'[sign_in]\nways = ["oidc"]\nadmins = ["a"]\n{OIDC.replace("https://i", "http://i")}',
            ["sign_in.oidc.issuer: should begin with https://"],
        ),
        (
            '[sign_in]\nways = ["proxy"]\nviewers = ["*"]',
            ["sign_in.proxy.header: is missing", "dashboard.proxies: is missing"],
        ),
        (
            BY_PROXY.format("127.0.0.1"),
            ["sign_in.proxy.secret_env: is missing: the proxy is on this machine, where every user"],
        ),
        (
            BY_PROXY.format("0.0.0.0/0"),
            ["sign_in.proxy.secret_env: is missing"],
        ),
        ('[sign_in.proxy]\nheader = "Cookie"', ["sign_in.proxy.header", "says something else"]),
        ('[sign_in]\nadmins = ["ann"]', ["sign_in.admins: is for whom a provider or a proxy knows"]),
    ],
)
def test_what_does_not_fit_is_told_with_its_fix(tmp_path: Path, lines: str, told: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        set_up(tmp_path, lines)
    said = "\n".join(refused.value.lines)
    for words in told:
        assert words in said


def test_a_secret_in_the_settings_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        set_up(tmp_path, f'[sign_in.oidc]\nclient_secret = "{SECRET}"\n[sign_in.proxy]\nsecret = "{SECRET}"')
    assert SECRET not in "\n".join(refused.value.lines)


def test_a_secret_that_is_not_there_is_told_when_it_is_needed(tmp_path: Path) -> None:
    settings = set_up(tmp_path, f'[sign_in]\nways = ["oidc"]\nadmins = ["a"]\n{OIDC}')
    with pytest.raises(SettingsError) as refused:
        settings.door()
    assert "sign_in.oidc.client_secret_env: the variable OIDC_SECRET is not in" in str(refused.value.lines)

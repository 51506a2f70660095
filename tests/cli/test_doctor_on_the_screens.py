"""`trueup doctor` says what the door of the screens is, and what of it does not work."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.launch import LaunchError, check_certificate
from reconciler.doctor.check import Health
from reconciler.doctor.screens import examine_screens
from reconciler.facts.sign_in import Door
from reconciler.facts.token import Role
from reconciler.settings import load
from reconciler.storage.accounts import StoredAccounts
from reconciler.storage.database import Database, migrate
from tests.certificates import write_certificate
from tests.dashboard.entrance.loopback_provider import provider
from tests.reconciler.settings_files import GOOD, written
from tests.reconciler.storage.test_console import StoppedClock

NOW = datetime.now(UTC)  # noqa: TID251 - certificates go by the real time
CLOCK = StoppedClock(NOW)


def examined(folder: Path, lines: str) -> str:
    settings = load(written(folder, f"{GOOD}\n{lines}\n"), venues=False)

    async def all_of_it() -> list[str]:
        return [f"{each.health}: {each.text}" async for each in examine_screens(settings, CLOCK)]

    return "\n".join(asyncio.run(all_of_it()))


def test_how_people_come_in(tmp_path: Path) -> None:
    assert examined(tmp_path, "") == (
        "ok: http://127.0.0.1:8501 lets in by the link that `trueup link` prints"
    )
    assert examined(tmp_path, "[sign_in]\nways = []").startswith("note: http://127.0.0.1:8501 asks nobody")


def test_accounts_that_nobody_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = '[sign_in]\nways = ["accounts"]'
    assert "note: who has an account is not known" in examined(tmp_path, lines)
    migrate(f"sqlite:///{tmp_path}/trueup.db")
    assert "not ok: nobody has an account: `trueup user add" in examined(tmp_path, lines)
    with Database.open(f"sqlite:///{tmp_path}/trueup.db", create=False) as database:
        StoredAccounts(database, CLOCK).add("ann", Role.ADMIN, "correct horse battery")
    assert "ok: 1 account(s)" in examined(tmp_path, lines)


def test_a_secret_that_is_not_there(tmp_path: Path) -> None:
    lines = '[sign_in]\nways = ["oidc"]\nadmins = ["a"]\n[sign_in.oidc]\nissuer = "https://i.example"\n'
    said = examined(tmp_path, f'{lines}client_id = "c"\nclient_secret_env = "NOT_THERE"')
    assert said.startswith("not ok: ")
    assert "NOT_THERE" in said


@pytest.mark.parametrize(("days", "health"), [(300, Health.OK), (3, Health.NOTE), (-1, Health.NOT_OK)])
def test_how_long_a_certificate_is_good(tmp_path: Path, days: int, health: Health) -> None:
    write_certificate(tmp_path, "t.example", until=NOW + timedelta(days=days))
    said = examined(tmp_path, TLS)
    assert f"{health}: the certificate is" in said


def test_a_certificate_that_cannot_be_used(tmp_path: Path) -> None:
    assert "not ok: certificate and key cannot be used" in examined(tmp_path, TLS)
    with pytest.raises(LaunchError, match="cannot be used"):
        check_certificate(Door(certificate=str(tmp_path / "c"), certificate_key=str(tmp_path / "k")))


def test_whether_the_provider_answers_and_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC", "s")
    with provider() as running:
        assert "ok: the provider answers" in examined(tmp_path, by_provider(running.url))
        elsewhere = running.url.replace("127.0.0.1", "localhost")
        assert "not ok: the provider calls itself" in examined(tmp_path, by_provider(elsewhere))
        running.down = True
        assert "not ok: the provider: " in examined(tmp_path, by_provider(running.url))


TLS = """[dashboard]
address = "0.0.0.0"
public_url = "https://t.example"
tls_certificate = "fullchain.pem"
tls_key = "privkey.pem"
"""


def by_provider(issuer: str) -> str:
    return f"""[sign_in]
ways = ["oidc"]
admins = ["a"]
[sign_in.oidc]
issuer = "{issuer}"
client_id = "c"
client_secret_env = "OIDC"
"""

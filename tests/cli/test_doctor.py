"""`trueup doctor`: each thing that is needed is tried for real, and what does not work says what to do."""

import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.facts.heartbeat import Heartbeat
from reconciler.storage.database import migrate
from reconciler.storage.store import Store
from simulator.faults.faults import RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.cli.conftest import Command
from tests.cli.doctoring import examined
from tests.cli.simulated import point, venue
from tests.reconciler.claimed import beaten
from verification.facts.clock import SystemClock

pytestmark = pytest.mark.wire


async def test_everything_that_works_is_ok(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        said = await examined(trueup)

    assert said.code == 0, said
    for subject in ("settings", "ledger mybot", *(f"account main: {each}" for each in ACCOUNT)):
        assert re.search(rf"^ok +{subject}: ", said.out, re.MULTILINE), (subject, said.out)
    assert re.search(r"^note +state database: .*`trueup run`", said.out, re.MULTILINE)
    assert said.out.endswith("Everything needed works.\n")


ACCOUNT = ("connection", "credentials", "clock", "stream")


async def test_rejected_credentials_say_what_to_do(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path, api_key="another-key"):
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +account main: (connection|credentials): ", said.out, re.MULTILINE)
    assert "the-key" not in said.out + said.err
    assert "the-secret" not in said.out + said.err


async def test_a_clock_that_is_off_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        simulated.clock.skew_ms = 3000
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +account main: clock: the venue is \+[23]\.", said.out, re.MULTILINE)


def test_a_venue_that_does_not_answer_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    point(tmp_path, f"http://127.0.0.1:{closed}")

    said = trueup("doctor")

    assert said.code == 2
    assert re.search(r"^not ok +account main: connection: ", said.out, re.MULTILINE)


async def test_a_foreign_state_database_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "trueup.db")
    connection.execute("CREATE TABLE trades (id INTEGER)")
    connection.close()

    async with venue(tmp_path):
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +state database: ", said.out, re.MULTILINE)


async def test_an_unknown_venue_is_a_wrong_setting(trueup: Command, tmp_path: Path) -> None:
    path = point(tmp_path, "http://127.0.0.1:1")
    path.write_text(path.read_text().replace('"binanceusdm"', '"binanceusdmm"'))

    said = await examined(trueup)

    assert said.code == 3
    assert re.search(r"^not ok +account main: venue: .*did you mean binanceusdm", said.out, re.MULTILINE)


async def test_one_part_that_fails_hides_no_other(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        path = point(tmp_path, simulated.url)
        path.write_text(
            path.read_text()
            .replace('ledgers = ["mybot"]', 'ledgers = ["absent", "mybot"]')
            .replace(
                "[accounts.main]",
                '[ledgers.absent]\nkind = "freqtrade"\nurl = "sqlite:///no.sqlite"\n\n[accounts.main]',
                1,
            )
        )
        simulated.faults.add(
            RequestFault(action=RequestAction.ERROR, path="/fapi/v1/time", status=503, code=-1008)
        )
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +ledger absent: ", said.out, re.MULTILINE)
    assert re.search(r"^not ok +account main: clock: ", said.out, re.MULTILINE)
    for subject in (
        "ledger mybot",
        *(f"account main: {each}" for each in ("connection", "credentials", "stream")),
    ):
        assert re.search(rf"^ok +{subject}: ", said.out, re.MULTILINE), (subject, said.out)


async def test_a_bug_in_one_part_hides_no_other(
    trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise TypeError("nobody foresaw this")

    monkeypatch.setattr("verification.venues.gateway.account.CcxtVenue.read_clock_offset", broken)
    async with venue(tmp_path):
        monkeypatch.setattr("reconciler.ledgers.freqtrade.FreqtradeLedger.read", broken)
        said = await examined(trueup)

    assert said.code == 2
    for subject in ("ledger mybot", "account main: clock"):
        assert re.search(rf"^not ok +{subject}: a bug in Trueup .TypeError.", said.out, re.MULTILINE), (
            said.out
        )
    for subject in ("connection", "credentials", "stream"):
        assert re.search(rf"^ok +account main: {subject}: ", said.out, re.MULTILINE), (subject, said.out)


async def test_freqtrade_on_an_account_in_hedge_mode_is_not_ok(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        simulated.exchange.set_hedge(hedge=True)
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(
        r"^not ok +account main: position mode: .*freqtrade wants one-way mode", said.out, re.MULTILINE
    )
    assert re.search(r"^ok +account main: stream: ", said.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("trades", "withdraws", "told"),
    [
        (False, False, r"^ok +account main: key: can neither trade nor withdraw .*enableReading"),
        (True, False, r"^note +account main: key: can trade, and not withdraw .*enableFutures.*read-only"),
        (True, True, r"^note +account main: key: can trade and withdraw .*enableWithdrawals.*read-only"),
    ],
)
async def test_what_the_key_may_do_is_said(
    trueup: Command, tmp_path: Path, *, trades: bool, withdraws: bool, told: str
) -> None:
    async with SimulatedVenue(
        api_key="the-key", secret="the-secret", key_trades=trades, key_withdraws=withdraws
    ) as simulated:
        point(tmp_path, simulated.url)
        said = await examined(trueup)

    assert said.code == 0, said.out
    assert re.search(told, said.out, re.MULTILINE), said.out


async def test_a_key_whose_rights_are_not_told_is_never_called_harmless(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path) as simulated:
        simulated.faults.add(
            RequestFault(
                action=RequestAction.ERROR,
                path="/sapi/v1/account/apiRestrictions",
                status=401,
                code=-2015,
                message="Invalid API-key, IP, or permissions for action.",
            )
        )
        said = await examined(trueup)

    assert said.code == 0, said.out
    assert re.search(
        r"^note +account main: key: .*could not be seen .*-2015: Invalid API-key, IP", said.out, re.MULTILINE
    )


async def test_a_451_says_that_no_key_is_at_fault_in_the_venues_own_words(
    trueup: Command, tmp_path: Path
) -> None:
    words = "Service unavailable from a restricted location according to 'b. Eligibility'. " + "Please " * 40
    async with venue(tmp_path) as simulated:
        simulated.faults.add(
            RequestFault(action=RequestAction.ERROR, path="/fapi/*", status=451, code=0, message=words)
        )
        said = await examined(trueup)

    assert said.code == 2
    (line,) = [each for each in said.out.splitlines() if "account main: connection" in each]
    assert "Service unavailable from a restricted location according to 'b. Eligibility'." in line
    assert "HTTP 451: the venue does not serve the place" in line
    assert "no key changes that" in line


async def test_a_2015_names_what_it_may_mean_in_the_venues_own_words(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path, api_key="another-key"):
        said = await examined(trueup)

    (line,) = [each for each in said.out.splitlines() if "account main: credentials" in each]
    assert "-2015: Invalid API-key, IP, or permissions for action." in line
    for cause in ("enable futures", "portfolio margin", "address", "testnet"):
        assert cause in line


async def test_a_state_file_that_others_may_open_is_told(trueup: Command, tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/trueup.db")
    (tmp_path / "trueup.db").chmod(0o644)
    async with venue(tmp_path):
        said = await examined(trueup)
    (tmp_path / "trueup.db").chmod(0o600)
    async with venue(tmp_path):
        after = await examined(trueup)

    assert re.search(
        r"^note +state database: other users .*trueup.db .0644.: chmod 600", said.out, re.MULTILINE
    )
    assert "chmod" not in after.out


@pytest.mark.parametrize("stored", ["CAST(x'42ff' AS TEXT)", "'yesterday'"])
async def test_a_damaged_row_of_the_state_database_is_told(
    trueup: Command, tmp_path: Path, stored: str
) -> None:
    clock = SystemClock()
    async with Store.open(f"sqlite:///{tmp_path}/trueup.db") as store:
        await beaten(store, clock, Heartbeat(clock.now().utc, 30, clock.now().utc, stopped=False))
    with closing(sqlite3.connect(tmp_path / "trueup.db")) as state, state:
        state.execute(f"UPDATE lease SET at = {stored}")
    async with venue(tmp_path):
        said = await examined(trueup)

    assert said.code == 2
    assert re.search(r"^not ok +state database: .*a row that cannot be read", said.out, re.MULTILINE), (
        said.out
    )
    assert "a bug in Trueup" not in said.out
    assert re.search(r"^ok +account main: stream: ", said.out, re.MULTILINE)

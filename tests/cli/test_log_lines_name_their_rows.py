"""JSON log lines: one object each, and those of alerts and verifications name the row that they are about."""

import asyncio
import json
from pathlib import Path

import pytest
import structlog.testing

from reconciler.cli.log import write_log
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.service.alert_log import AlertLog
from reconciler.settings import LogFormat, LogSettings
from reconciler.storage.store import Store
from tests.reconciler.alert_life import after, finding
from tests.reconciler.house import House, play
from tests.reconciler.storage.test_console import bad
from verification.facts.clock import SystemClock


def test_a_line_of_an_alert_is_one_object_with_the_alerts_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def life() -> int:
        async with Store.open(f"sqlite:///{tmp_path}/trueup.db") as store:
            told = AlertLog(store, OpenAlerts(store.open_alerts, SystemClock()))
            await told.write()
            await store.observe(bad(finding(symbol='A\n"B/USDT:USDT')), now=after(0))
            write_log(LogSettings(format=LogFormat.JSON))
            await told.write()
            (alert,) = await store.open_alerts()
            return alert.id

    number = asyncio.run(life())
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["alert_id"]) == ("alert.fires", "warning", number)
    assert (told["account"], told["symbol"], told["leg"]) == ("main", 'A\n"B/USDT:USDT', "net")
    assert told["timestamp"].endswith("Z")


def test_an_answer_names_the_row_of_its_verification(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        with structlog.testing.capture_logs() as lines:
            house.open_trade()
            await house.until(house.console.queries.verifications, within=30)
            await house.quiet(1)
        (stored,) = house.console.queries.verifications()
        (line,) = [each for each in lines if each["event"] == "verification.answered"]
        assert line["verification_id"] == stored.id
        assert (line["account"], line["symbol"], line["leg"]) == ("main", stored.symbol, "net")
        assert line["verdict"] == stored.verdict == "confirmed"

    play(tmp_path, story)

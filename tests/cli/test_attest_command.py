"""`trueup attest`: the page and the JSON of one day, and what it says to a shell."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from verification.facts.clock import SystemClock

TODAY = SystemClock().now().utc.date()


@pytest.mark.usefixtures("alerts")
def test_page_and_json_are_written_and_belong_together(trueup: Command, tmp_path: Path) -> None:
    said = trueup("attest", "--day", TODAY.isoformat(), "--html", "day.html", "--json", "day.json")

    body = (tmp_path / "day.json").read_bytes()
    hashed = hashlib.sha256(body).hexdigest()
    assert hashed in (tmp_path / "day.html").read_text(encoding="utf-8")
    assert f"SHA-256 of the JSON: {hashed}" in said.out
    assert said.code == 1, "something broke"
    document = json.loads(body)
    assert [each["symbol"] for each in document["breaks"]] == ["DOGE/USDT:USDT", "XRP/USDT:USDT"]
    assert document["over"] is False


@pytest.mark.usefixtures("alerts")
def test_a_day_on_which_nothing_is_known_of_is_not_well(trueup: Command) -> None:
    said = trueup("attest", "--json", "-")

    document = json.loads(said.out)
    assert document["day"] == (TODAY - timedelta(days=1)).isoformat()
    assert document["accounts"] == []
    assert said.code == 2


@pytest.mark.usefixtures("alerts")
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--day", "yesterday"], "is no date"),
        (["--day", "2999-01-01"], "has not begun"),
        (["--group", "desk"], "no account belongs to a group"),
        (["--html", "-", "--json", "-"], "only one of them"),
        (["--json", "no/such/folder/x.json"], "cannot be written"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(
    trueup: Command, arguments: list[str], complaint: str
) -> None:
    said = trueup("attest", *arguments)

    assert said.code == 3
    assert complaint in said.complaint

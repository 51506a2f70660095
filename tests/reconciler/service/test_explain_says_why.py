"""`trueup explain` says why people are told of a symbol, and why they are not: also while all is well."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from reconciler.cli.ending import UsageError
from reconciler.cli.explain import explain
from reconciler.facts.finding import Kind
from reconciler.storage.change_store import StoredChanges
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from verification.facts.account import Fill, Part
from verification.facts.errors import SourceUnreachable
from verification.facts.order_fact import OrderFact, OrderRef


def settings_of(house: House, folder: Path) -> Path:
    path = folder / "trueup.toml"
    path.write_text(
        f'[database]\nurl = "{house.url}"\n[ledgers.mine]\nkind = "journal"\nurl = "sqlite:///{house.bot}"\n'
        '[accounts.main]\nvenue = "binanceusdm"\nledgers = ["mine"]\napi_key_env = "K"\nsecret_env = "S"\n'
    )
    return path


def told(house: House, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = explain(SYMBOL, json=True, config=settings_of(house, folder))
    return code, orjson.loads(capsys.readouterr().out)


def test_where_all_is_well_both_sides_are_told_with_their_ages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        _, said = told(house, tmp_path, capsys)
        (leg,) = said["legs"]
        assert leg.startswith("agrees: bot long 43 AVL (open; mine, read ")
        assert "exchange long 43 AVL (seen" in leg
        assert "stop resting at 9, asked" in leg
        assert said["alerts"] == ["nobody is told of anything: no alert of it is open"]
        assert any(line.startswith("websocket is ok") for line in said["sight"])

    play(tmp_path, story)


def test_a_suspicion_says_what_it_waits_for_and_an_alert_what_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        house.venue.hold("50")
        await house.quiet(3)
        code, said = told(house, tmp_path, capsys)
        assert code == 2
        assert "waits: quantity mismatch:" in said["legs"][0]
        assert "at the earliest, if it lasts" in said["legs"][0]
        assert said["alerts"][0].startswith("suspected, not told yet: alert ")
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=60)
        code, said = told(house, tmp_path, capsys)
        assert code == 1
        assert said["alerts"][0].startswith("told: alert ")
        assert "decided: quantity mismatch: seen by" in said["legs"][0]
        assert "past the grace of" in said["legs"][0]

    play(tmp_path, story)


def test_who_did_the_last_changes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        now = house.clock.now()
        ref = OrderRef(SYMBOL, "77", conditional=False)
        house.venue.trades.append(Fill("t1", "77", SYMBOL, Decimal(-43), Decimal(10), now.utc))
        house.venue.facts[ref] = OrderFact(
            ref, Decimal(-43), terminal=True, status="closed", kind="", became=None, cause=None,
            executed_at=now.utc, seen=now, by_hand=True, hand="web page",
        )  # fmt: skip
        house.venue.stops.clear()
        house.venue.hold("0")
        await house.quiet(40)
        _, said = told(house, tmp_path, capsys)
        (change,) = said["changes"]
        assert change["by"] == "hand"
        assert change["text"] == "a hand, from the exchange's web page"
        told_by = await StoredChanges(house.store._durably, house.store._asked).explained(
            "main", now=house.clock.now().utc
        )
        assert told_by.ratio == 1
        assert len(house.venue.counted_trades) <= 1  # once a change, and not where a look has read it

    play(tmp_path, story)


def test_what_cannot_be_seen_is_never_called_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        house.venue.fail(*Part, error=SourceUnreachable("no answer"))
        await house.quiet(100)
        code, said = told(house, tmp_path, capsys)
        assert code == 2
        assert "what follows may not be so any more" in said["sight"][0]
        assert any(line.startswith("could not be checked: ") for line in said["sight"])

    play(tmp_path, story)


def test_of_several_accounts_one_has_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "trueup.toml"
    account = 'venue = "binanceusdm"\nledgers = ["mine"]\napi_key_env = "K"\nsecret_env = "S"\n'
    path.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/state.db"\n[ledgers.mine]\nkind = "journal"\n'
        f'url = "sqlite:///{tmp_path}/bot.db"\n[accounts.main]\n{account}[accounts.other]\n{account}'
    )
    with pytest.raises(UsageError, match="say which account with --account: main, other"):
        explain(SYMBOL, config=path)

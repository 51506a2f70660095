"""`trueup verify open | close`: one question by hand, answered by what the live account shows."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.cli import main
from simulator.engine.order import Side, Ticket
from simulator.faults.faults import RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.cli.conftest import Command, Said
from tests.cli.simulated import venue

pytestmark = [pytest.mark.wire, pytest.mark.timeout(120)]

BTC = "BTC/USDT:USDT"
HELD = Decimal("0.024")
DOWN = RequestFault(action=RequestAction.ERROR, status=503, path="/fapi/v1/order", times=None)
ALL_DOWN = RequestFault(action=RequestAction.ERROR, status=503, path="*", times=None)
NO_SIZE = "no number of contracts above zero"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_CHECKS__VERIFY_DEADLINE", "3")


async def verified(trueup: Command, *words: str) -> Said:
    """Run the command beside the venue, which lives in this thread's loop."""
    trueup.capture.readouterr()
    code = await asyncio.to_thread(main, ["verify", *words])
    out, err = trueup.capture.readouterr()
    assert "Traceback" not in out + err
    return Said(code, out, err)


def bought(simulated: SimulatedVenue, size: Decimal = HELD, *, client_id: str = "x-1") -> str:
    order = simulated.exchange.place(Ticket(BTC, Side.BUY, size, client_id=client_id))
    return str(order.id)


async def test_an_order_that_has_opened_a_position_is_confirmed(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        order = bought(simulated)
        said = await verified(trueup, "open", BTC, "--side", "buy", "--size", "0.024", "--order", order)

    assert said.code == 0, said
    assert said.out.startswith("confirmed, proved: ")
    assert "main, BTC/USDT:USDT net: open, buy 0.024" in said.out
    assert "executed 0.024, closed, which decided" in said.out


async def test_by_the_venues_own_name_by_the_senders_id_and_as_a_document(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path) as simulated:
        bought(simulated, client_id="mine-7")
        words = ("open", "BTCUSDT", "--side", "buy", "--size", "0.024", "--client-order", "mine-7", "--json")
        said = await verified(trueup, *words)

    document = json.loads(said.out)
    assert said.code == 0
    assert (document["symbol"], document["verdict"], document["grade"]) == (BTC, "confirmed", "proof")
    assert document["quantity"] == "0.024"
    assert [word["decided"] for word in document["words"]].count(True) >= 1


async def test_an_order_that_did_otherwise_is_one(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        order = bought(simulated)
        said = await verified(trueup, "open", BTC, "--side", "sell", "--size", "0.024", "--order", order)

    assert said.code == 1
    assert said.out.startswith("mismatch, proved: ")


async def test_what_nothing_proves_is_two_and_never_a_no(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        bought(simulated)
        simulated.faults.add(DOWN)
        said = await verified(trueup, "open", BTC, "--side", "buy", "--size", "0.024", "--order", "999999")

    assert said.code == 2
    assert said.out.startswith("unknown: ")
    assert 'this is not "no"' in said.out


async def test_a_close_is_proved_by_its_executions_only_where_nothing_else_worked_on_it(
    trueup: Command, tmp_path: Path
) -> None:
    async with venue(tmp_path) as simulated:
        bought(simulated)
        exit_order = simulated.exchange.place(Ticket(BTC, Side.SELL, HELD, reduce_only=True))
        words = ("close", BTC, "--side", "sell", "--size", "0.024", "--order", str(exit_order.id))
        alone = await verified(trueup, *words, "--alone")
        said = await verified(trueup, *words)

    assert alone.code == 0, alone
    assert alone.out.startswith("confirmed, proved: ")
    assert said.code == 2, said
    assert "order status: executed 0.024, closed" in said.out, "it is shown, and proves nothing by itself"


async def test_an_account_that_cannot_be_reached_is_two(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path) as simulated:
        simulated.faults.add(ALL_DOWN)
        said = await verified(trueup, "open", BTC, "--side", "buy", "--size", "1", "--order", "1")

    assert said.code == 2
    assert said.out.startswith("not known: ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("open", BTC, "--side", "buy", "--size", "1"), "name the order"),
        (("open", BTC, "--side", "buy", "--size", "0", "--order", "1"), NO_SIZE),
        (
            ("open", BTC, "--side", "buy", "--size", "NaN", "--order", "1"),
            "no number of contracts above zero",
        ),
        (("close", BTC, "--side", "up", "--size", "1", "--order", "1"), "'up' is not one of"),
        (
            ("open", BTC, "--side", "buy", "--size", "1", "--order", "1", "--account", "desk"),
            "say which account",
        ),
    ],
)
async def test_a_question_that_cannot_be_put_is_refused_in_words(
    trueup: Command, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    async with venue(tmp_path):
        said = await verified(trueup, *words)

    assert said.code == 3
    assert told in said.err


async def test_a_symbol_that_the_exchange_does_not_list_is_told(trueup: Command, tmp_path: Path) -> None:
    async with venue(tmp_path):
        said = await verified(trueup, "open", "NOPE", "--side", "buy", "--size", "1", "--order", "1")

    assert said.code == 2
    assert "lists no contract NOPE" in said.out

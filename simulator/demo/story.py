"""The story: what goes wrong with bots, one chapter each, and how it is healed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Kind
from simulator.demo.alerts import AlertFollower
from simulator.demo.narrator import Narrator
from simulator.demo.stage import Stage
from simulator.demo.venue_control import VenueControl

AVL, BTC, ETH = "AVL/USDT:USDT", "BTC/USDT:USDT", "ETH/USDT:USDT"
SOL, LINK, ADA = "SOL/USDT:USDT", "LINK/USDT:USDT", "ADA/USDT:USDT"
QUIET = ("XRP/USDT:USDT", "DOGE/USDT:USDT", "NEAR/USDT:USDT", "SUI/USDT:USDT")
LAG_SECONDS = 3.2
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Tempo:
    """How long the story lets a person look.

    Attributes:
        alert_seconds: How long an alert stays before it is healed.
        pause_seconds: Between chapters.
    """

    alert_seconds: float
    pause_seconds: float


class Story:
    """Plays the chapters on a stage."""

    def __init__(
        self,
        stage: Stage,
        venue: VenueControl,
        alerts: AlertFollower,
        *,
        narrator: Narrator,
        tempo: Tempo,
        rng: random.Random,
    ) -> None:
        """`rng` decides the quiet trading; the same seed trades the same."""
        self._stage = stage
        self._venue = venue
        self._alerts = alerts
        self._tell = narrator
        self._tempo = tempo
        self._rng = rng

    async def play(self) -> None:
        """Play every chapter once."""
        for chapter in (
            self.a_normal_open,
            self.the_list_that_lags,
            self.the_lost_answer,
            self.the_cancelled_stop,
            self.the_close_by_hand,
            self.the_wrong_side,
            self.the_silent_stream,
        ):
            await chapter()
            await asyncio.sleep(self._tempo.pause_seconds)
        await self._tidy_up()

    async def a_normal_open(self) -> None:
        """Open two positions with care."""
        self._tell.chapter("A normal open")
        await self._open(ETH, "buy", "2")
        await self._open(BTC, "sell", "0.05")

    async def the_list_that_lags(self) -> None:
        """Open AVLUSDT while the position list lags: what started it all."""
        self._tell.chapter("The list that lags: AVLUSDT")
        await self._venue.lag_positions(AVL, LAG_SECONDS)
        self._tell.venue(f"its position list lags {LAG_SECONDS} s behind for AVLUSDT; its stream does not")
        answer = await self._open(AVL, "buy", "43")
        old = await self._stage.ask_bot(do="old_rule", symbol=AVL, waited=answer["milliseconds"] / 1000)
        if old["ok"] and not old["listed"]:
            self._tell.bot(
                "the old rule, a look into the list after 3 s, sees nothing: it would have rolled back"
            )
        elif old["ok"]:
            self._tell.bot(f"the list shows {old['listed']} by now")

    async def the_lost_answer(self) -> None:
        """Lose the answer to an entry that executed; the bot forgets it."""
        self._tell.chapter("The lost answer")
        await self._venue.lose_next_answer("POST", "/fapi/v1/order", SOL)
        await self._stage.ask_bot(do="open_carelessly", symbol=SOL, side="buy", quantity="12")
        self._tell.venue("SOL: the entry of 12 executed, but its answer was lost")
        self._tell.bot("no answer, so it drops the trade: nobody watches the 12 SOL")
        await self._until_healed(
            Kind.ORPHANED_POSITION,
            SOL,
            "a trader closes the 12 SOL by hand",
            partial(self._close_by_hand, SOL),
        )

    async def the_cancelled_stop(self) -> None:
        """Cancel a stop from outside."""
        self._tell.chapter("The stop that somebody cancelled")
        await self._venue.cancel_stops(ETH)
        self._tell.venue("ETH: the stop was cancelled from another terminal")
        await self._until_healed(
            Kind.UNPROTECTED_POSITION,
            ETH,
            "the bot places a new stop",
            partial(self._have_bot, "protect", ETH),
        )

    async def the_close_by_hand(self) -> None:
        """Close a position by hand; the bot goes on believing in it."""
        self._tell.chapter("The close by hand")
        await self._close_by_hand(BTC)
        self._tell.venue("BTC: the position was closed by hand in the exchange's app")
        await self._until_healed(
            Kind.PHANTOM_POSITION,
            BTC,
            "the bot is told, and puts its books right",
            partial(self._have_bot, "forget", BTC),
        )

    async def the_wrong_side(self) -> None:
        """Roll back with the wrong side: the position doubles."""
        self._tell.chapter("The rollback with the wrong side")
        await self._open(LINK, "buy", "30")
        answer = await self._stage.ask_bot(do="roll_back_wrongly", symbol=LINK)
        self._tell.bot("rolls LINK back with a guessed side: it buys 30 more")
        if answer["ok"]:
            self._tell.well(f"close of LINK: {answer['verdict']} ({answer['mismatch']}), {answer['reason']}")
        await self._until_healed(
            Kind.QUANTITY_MISMATCH, LINK, "a trader closes all 60 by hand", self._undo_doubling
        )

    async def the_silent_stream(self) -> None:
        """Silence the stream while the bot trades; then let it speak again."""
        self._tell.chapter("The stream that goes silent")
        await self._venue.silence_stream()
        self._tell.venue("the stream stays connected, but pushes nothing any more")
        await self._open(ADA, "buy", "500")
        alert = await self._alerts.fired(
            frozenset({Kind.SOURCE_STALE, Kind.SOURCE_DOWN}), "websocket", PATIENCE_SECONDS
        )
        await self._linger(alert)
        await self._venue.restore_stream()
        self._tell.venue("the stream speaks again")
        await self._report(await self._stage.ask_bot(do="close", symbol=ADA), "close of ADA")
        if alert is not None:
            await self._alerts.resolved(alert, PATIENCE_SECONDS)

    async def quiet_trading(self) -> None:
        """Open and close something small, as bots do all day."""
        symbol = self._rng.choice(QUIET)
        side = self._rng.choice(("buy", "sell"))
        answer = await self._open(symbol, side, str(self._rng.randint(100, 400)))
        if answer.get("verdict") == "confirmed":
            await asyncio.sleep(2 + 3 * self._rng.random())
            await self._report(await self._stage.ask_bot(do="close", symbol=symbol), f"close of {symbol}")

    async def _tidy_up(self) -> None:
        for symbol in (ETH, AVL):
            await self._report(await self._stage.ask_bot(do="close", symbol=symbol), f"close of {symbol}")

    async def _open(self, symbol: str, side: str, quantity: str) -> dict[str, Any]:
        self._tell.bot(f"{side}s {quantity} {symbol}")
        answer = await self._stage.ask_bot(do="open", symbol=symbol, side=side, quantity=quantity)
        await self._report(answer, f"open of {symbol}")
        return answer

    async def _report(self, answer: dict[str, Any], what: str) -> None:
        if not answer["ok"]:
            self._tell.bot(f"{what} failed: {answer['error']}")
            return
        took = f"in {answer['milliseconds']} ms by {answer['decided_by']}"
        self._tell.well(f"{what}: {answer['verdict']} ({answer['grade']}) {took}")

    async def _until_healed(
        self, kind: Kind, symbol: str, words: str, heal: Callable[[], Awaitable[None]]
    ) -> None:
        alert = await self._alerts.fired(frozenset({kind}), symbol, PATIENCE_SECONDS)
        await self._linger(alert)
        await heal()
        self._tell.say(words)
        if alert is not None:
            await self._alerts.resolved(alert, PATIENCE_SECONDS)

    async def _linger(self, alert: Alert | None) -> None:
        if alert is None:
            self._tell.say("no alert came in time: that is a failure of Trueup, please report it")
            return
        await asyncio.sleep(self._tempo.alert_seconds)

    async def _close_by_hand(self, symbol: str) -> None:
        await self._venue.close_by_hand(symbol)

    async def _have_bot(self, what: str, symbol: str) -> None:
        await self._stage.ask_bot(do=what, symbol=symbol)

    async def _undo_doubling(self) -> None:
        await self._venue.close_by_hand(LINK)
        await self._stage.ask_bot(do="forget", symbol=LINK)

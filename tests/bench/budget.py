"""What watching costs: request weight a minute, counted by the venue, and how soon an orphan is told."""

import asyncio
import json
import sys
import tempfile
import traceback
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from reconciler.facts.finding import FindingKey, Kind
from reconciler.kinds.registry import is_blindness
from simulator.engine.order import Side, Ticket
from simulator.faults.faults import RequestAction, RequestFault
from simulator.serving.journal import Entry
from simulator.serving.spending import MINUTE_MS, spent
from tests.bench.budget_house import POLL_SECONDS, QUANTITY, SPARE, TRADED, House, house

LISTS = "positionRisk|openOrders|openAlgoOrders|allOrders|allAlgoOrders|userTrades"
"""Every list of the account that Binance has and Trueup may read."""
PLANTED_BEFORE_END = 90.0
"""Seconds that an orphan is there while the lists fail, where the case is long enough."""
LIMIT_SECONDS = 240.0
"""How long an alert is waited for; a figure of this size means that it did not come."""

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class BudgetCase:
    """What the account lives through, beside the twenty positions that it holds.

    Attributes:
        name: Its name.
        round_trips: Positions opened and closed a second.
        held: Seconds between the two.
        unknown_events: Events a second, of a type that nobody knows.
        status: What every list is answered with.
    """

    name: str
    round_trips: float = 10 / 60
    held: float = 20.0
    unknown_events: float = 0.0
    status: int | None = None


CASES = (
    BudgetCase("normal"),
    BudgetCase("storm", round_trips=2.0, held=1.0),
    BudgetCase("unknown_events", unknown_events=20.0),
    BudgetCase("http_429", status=429),
    BudgetCase("http_418", status=418),
    BudgetCase("http_503", status=503),
)


async def measure_budget(minutes: float, cases: Sequence[BudgetCase] = CASES, checks: str = "") -> Numbers:
    """Live through the cases, all at the same time.

    Args:
        minutes: How long the weight is counted.
        cases: Which.
        checks: The `[checks]` of the settings; empty for those that Trueup has by itself.

    Returns:
        The figures by name. A case that could not be lived through has none; `budget.failed` counts those.
    """
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as folder:
        lived = await asyncio.gather(
            *(_live(case, minutes, Path(folder), checks) for case in cases), return_exceptions=True
        )
    numbers: Numbers = {"budget.minutes": minutes, "budget.failed": 0.0}
    for case, found in zip(cases, lived, strict=True):
        if isinstance(found, BaseException):
            sys.stderr.write(f"budget: {case.name}: {''.join(traceback.format_exception(found))}\n")
            numbers["budget.failed"] += 1
        else:
            numbers |= {f"budget.{case.name}.{name}": value for name, value in found.items()}
    return numbers


async def _live(case: BudgetCase, minutes: float, folder: Path, checks: str) -> Numbers:
    """Live through one case; return its figures by what follows the case in their names."""
    (place := folder / case.name).mkdir()
    async with house(place, checks) as here, _busy(case, here):
        since, seconds = here.venue.clock.ms(), minutes * 60
        found: Numbers = {}
        before = here.bot.round_trips
        if case.status is None:
            await _pass(here, seconds)
            until, traded = here.venue.clock.ms(), here.bot.round_trips
            found["detection_s"] = await _detected(here, SPARE[0])
        else:
            fault = RequestFault(
                action=RequestAction.LIMIT, path=LISTS, status=case.status, for_seconds=seconds
            )
            here.venue.faults.add(fault)
            shown = min(PLANTED_BEFORE_END, seconds / 2)
            await _pass(here, seconds - shown)
            early = asyncio.create_task(_detected(here, SPARE[0]))
            await _pass(here, shown)
            until, traded = here.venue.clock.ms(), here.bot.round_trips
            found["detected_while_failing"] = float(early.done())
            found["detection_after_s"] = await _detected(here, SPARE[1])
            found["detection_s"] = await early
        entries = here.venue.journal.entries
        cost = spent(entries, since_ms=since, until_ms=until)
        found["weight_per_minute"] = cost["weight_per_minute"]
        found["weight_most_in_a_minute"] = most_in_a_minute(entries, since, until)
        found["requests"] = cost["requests"]
        found["round_trips_per_minute"] = (traded - before) / cost["minutes"]
        found["bot_late_s"] = here.bot.late
        found |= _told([alert.key for alert in here.told()])
        return found | {f"weight_of.{name}": value for name, value in _by_name(cost).items()}


def _by_name(cost: Mapping[str, Any]) -> Numbers:
    """Return weight a minute by the last word of a path."""
    found: Numbers = {}
    for path, spent_there in cost["by_path"].items():
        name = path.rsplit("/", 1)[-1]
        found[name] = found.get(name, 0.0) + spent_there["weight"] / cost["minutes"]
    return found


def _told(keys: Sequence[FindingKey]) -> Numbers:
    """Return how often people were told something beside what was planted."""
    unknown = [key for key in keys if key.kind is Kind.UNVERIFIED_OPEN]
    blind = [key for key in keys if is_blindness(key.kind)]
    planted = [key for key in keys if key.symbol in SPARE]
    false = set(keys) - {*unknown, *blind, *planted}
    return {
        "false_alerts": float(sum(key in false for key in keys)),
        "unknown_alerts": float(len(unknown)),
        "blind_alerts": float(len(blind)),
    }


def most_in_a_minute(entries: Collection[Entry], since: int, until: int) -> float:
    """Return the most that was spent in any sixty seconds of a time, both in venue milliseconds."""
    timed = [(entry.at_ms, entry.weight) for entry in entries if since <= entry.at_ms < until]
    most = running = first = 0
    for at, weight in timed:
        running += weight
        while timed[first][0] <= at - MINUTE_MS:
            running -= timed[first][1]
            first += 1
        most = max(most, running)
    return float(most)


async def _pass(here: House, seconds: float) -> None:
    end = perf_counter() + seconds
    while (left := end - perf_counter()) > 0:
        here.check()
        await asyncio.sleep(min(left, 1.0))


async def _detected(here: House, symbol: str) -> float:
    """Open a position by hand; return the seconds until the state database has the alert, firing."""
    here.venue.exchange.place(Ticket(symbol, Side.BUY, QUANTITY, owner="hand"))
    began = perf_counter()
    while (passed := perf_counter() - began) < LIMIT_SECONDS:
        here.check()
        if here.tells_of(symbol):
            return passed
        await asyncio.sleep(POLL_SECONDS)
    return LIMIT_SECONDS


@asynccontextmanager
async def _busy(case: BudgetCase, here: House) -> AsyncIterator[None]:
    """Let the bot trade and strange events come until the block ends."""
    tasks = [asyncio.create_task(_trade(case, here))]
    if case.unknown_events:
        tasks.append(asyncio.create_task(_push_unknown(case, here)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _trade(case: BudgetCase, here: House) -> None:
    async with asyncio.TaskGroup() as group:
        number, began = 0, perf_counter()
        while True:
            symbol = TRADED[number % len(TRADED)]
            if symbol not in here.bot.trading:  # on a busy machine the one before may not be over
                group.create_task(here.bot.round_trip(symbol, case.held))
            number += 1
            await asyncio.sleep(max(0.0, began + number / case.round_trips - perf_counter()))


async def _push_unknown(case: BudgetCase, here: House) -> None:
    while True:
        event = {"e": "MARGIN_PLAN_REVISED", "E": here.venue.clock.ms(), "p": {"v": 3, "s": "HELD00USDT"}}
        here.venue.streams.push_raw(json.dumps(event))
        await asyncio.sleep(1 / case.unknown_events)

"""A bot that opens and leaves positions with the library, over and over, until it is told to finish.

What a life before it left it takes over first. Told to finish (standard input ends), it leaves what it holds.
"""

import asyncio
import json
import os
import random
import sys
from contextlib import suppress
from decimal import Decimal

import trueup
from reconciler.journal.journal import JournalError
from verification.opening.journal_port import JournalFailed

SIZES = {"ADA/USDT:USDT": ("30", "0.2"), "XRP/USDT:USDT": ("20", "0.3"), "SUI/USDT:USDT": ("10", "1.2")}
"""How many contracts, and where the stop is put."""

PAUSE = 10.0
TROUBLE = (trueup.SourceError, JournalFailed, JournalError)


def page(outcome: trueup.Outcome) -> None:
    """Tell a person."""
    sys.stderr.write(f"CRITICAL {type(outcome).__name__} {outcome.reason}\n")
    sys.stderr.flush()


async def trade(opener: trueup.Opener, finish: asyncio.Event, rng: random.Random) -> None:
    """Open and leave, until told to finish; then leave all that is held."""
    before = await opener.resume()
    held = [each for each in before if isinstance(each, trueup.Opened)]
    while not (finish.is_set() and not held):
        with suppress(TimeoutError):
            await asyncio.wait_for(finish.wait(), PAUSE * rng.random())
        try:
            if held and (finish.is_set() or rng.random() < 0.6):
                outcome = await opener.leave(held[0])
                held.pop(0)
                if not isinstance(outcome, trueup.Closed):
                    page(outcome)
            elif not finish.is_set():
                symbol = rng.choice(tuple(SIZES))
                if symbol in {each.symbol for each in held}:
                    continue
                size, stop = SIZES[symbol]
                intent = trueup.Intent(symbol, trueup.Side.BUY, Decimal(size), stop_price=Decimal(stop))
                opened = await opener.open(intent)
                if isinstance(opened, trueup.Opened):
                    held.append(opened)
        except (*TROUBLE, ValueError) as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.stderr.flush()


async def main(seed: int) -> int:
    """Live once; 0 when it was told to finish and has."""
    given = json.loads(os.environ["TORTURE_ROBOT"])
    access = trueup.Access("main", "binanceusdm", "the-key", "the-secret", ccxt=given["ccxt"])
    finish = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, finish.set)
    try:
        with trueup.Journal(given["journal"], bot="robot") as journal:
            async with trueup.connect(access, journal, report=page) as opener:
                await trade(opener, finish, random.Random(seed))
    except TROUBLE as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]))))

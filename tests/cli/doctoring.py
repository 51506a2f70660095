"""`trueup doctor` on the recorded account, as tests ask it."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from reconciler.cli import main
from tests.cli.conftest import Command, Said
from verification.facts.clock import SystemClock


async def examined(trueup: Command, *, days_ago: float = 0) -> Said:
    """Run the doctor beside the venue, which lives in this thread's loop; the bot wrote so long ago."""
    wrote(Path("user_data/tradesv3.sqlite"), days_ago)
    trueup.capture.readouterr()
    code = await asyncio.to_thread(main, ["doctor"])
    out, err = trueup.capture.readouterr()
    assert "Traceback" not in out + err
    return Said(code, out, err)


def wrote(ledger: Path, days_ago: float) -> None:
    """Have the bot of a database have written so long ago."""
    if ledger.exists():
        at = SystemClock().now().utc.replace(tzinfo=None) - timedelta(days=days_ago)
        with closing(sqlite3.connect(ledger)) as bot, bot:
            bot.execute("UPDATE orders SET order_update_date = ?", (at.isoformat(" "),))

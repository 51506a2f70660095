"""`python -m simulator [--venue V] [--port P] [--state FILE]`: the venue as a process, until a signal."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import NoReturn

from typing_extensions import override

from simulator.faces import FACES
from simulator.recorded.account import RecordedState
from simulator.recorded.row import BadState
from simulator.server import SimulatedVenue

WRONG_USAGE = 3


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    @override
    def error(self, message: str) -> NoReturn:
        """End the process with the exit code of wrong usage."""
        self.exit(WRONG_USAGE, f"simulator: {message} (see --help)\n")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Parser(prog="python -m simulator", description="A simulated exchange on loopback.")
    parser.add_argument("--venue", choices=FACES, default="binance", help="whose protocol it speaks")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--state", type=Path, help="JSON file with what the account holds at the start")
    parser.add_argument("--seed", type=int, default=1, help="decides all chance")
    parser.add_argument("--api-key", help="the one key accepted; without it, any")
    parser.add_argument("--secret", help="signatures are verified with it; without it, any passes")
    return parser.parse_args(arguments)


async def _serve(venue: SimulatedVenue) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    async with venue:
        sys.stdout.write(f"simulated exchange at {venue.url} ({venue.title}; control under /sim/)\n\n")
        sys.stdout.write(venue.settings())
        sys.stdout.flush()
        await ended.wait()


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. Return 0, or 3 after one line that says why it cannot start as asked."""
    options = _options(arguments)
    try:
        state = None if options.state is None else RecordedState.read(options.state)
        venue = SimulatedVenue(
            face=options.venue,
            seed=options.seed,
            port=options.port,
            state=state,
            api_key=options.api_key,
            secret=options.secret,
            host=options.host,
        )
        asyncio.run(_serve(venue))
    except (BadState, ValueError, OverflowError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return WRONG_USAGE
    except OSError as error:
        where = f"{options.host}:{options.port}"
        reason = error.strerror or error
        sys.stderr.write(f"simulator: cannot listen on {where}: {reason}; choose another --port\n")
        return WRONG_USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())

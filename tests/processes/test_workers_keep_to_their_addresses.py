"""Two `trueup run --claim N --egress NAME`: one ends, nobody stands in for it; settings change under both."""

import signal
from pathlib import Path

import pytest

from reconciler.sight.account_state import AccountState
from tests.processes.several import Field, field

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.timeout(300)]

EGRESSES = {"main": "tokyo", "other": "tokyo", "third": "paris", "fourth": "tokyo"}
LONG = 120.0


def holders(there: Field) -> dict[str, str]:
    """Who has each account that stands in the state database; nobody is no holder."""
    watches = there.console.queries.watches()
    return {each.account: each.holder for each in watches if each.holder is not None}


def seen(there: Field, *accounts: str) -> bool:
    return all(there.state(account) is AccountState.WATCHED for account in accounts)


async def test_what_nobody_is_bound_to_is_watched_by_nobody_and_a_reload_leaves_each_to_one(
    tmp_path: Path,
) -> None:
    before, after = ("main", "other", "third"), ("main", "third", "fourth")
    async with field(tmp_path) as there:
        here = [
            await there.start(
                "trueup", *before, options=("--claim", "5", "--egress", name), egresses=EGRESSES
            )
            for name in ("tokyo", "paris")
        ]
        tokyo, paris = here
        await there.until(lambda: seen(there, *before), within=LONG, what="that all are watched")
        assert holders(there) == {"main": tokyo.holder, "other": tokyo.holder, "third": paris.holder}

        told = len(tokyo.said("accounts.unwatched"))
        await paris.end(signal.SIGTERM)
        # One that is killed keeps its leases for half a minute, and is shown as stalled meanwhile.
        await there.until(
            lambda: len(tokyo.said("accounts.unwatched", "third")) > told, within=LONG, what="the line of it"
        )
        assert there.state("third") is AccountState.NOT_WATCHED
        code, said = await there.trueup("status", "--config", "trueup.toml")
        assert code != 0
        assert "third" in said
        assert there.holder("third") is None, "no worker of another address stands in"
        assert seen(there, "main", "other")

        paris = await there.start(
            "trueup", *before, options=("--claim", "5", "--egress", "paris"), egresses=EGRESSES
        )
        await there.watched_by(paris, "third", within=LONG)
        there.write("trueup", *after, egresses=EGRESSES, groups={"third": "europe"})
        code, said = await there.trueup("reload", "--config", "trueup.toml")
        assert code == 0, said
        assert said.count("account other removed") == said.count("account third changed") == 2, "both took it"
        await there.until(lambda: seen(there, *after), within=LONG, what="that those of now are watched")
        assert holders(there) == {"main": tokyo.holder, "third": paris.holder, "fourth": tokyo.holder}
        assert [each.group for each in there.console.queries.watches() if each.account == "third"] == [
            "europe"
        ]
        assert not paris.said("account.watched", "main")
        assert len(tokyo.said("account.watched", "main")) == 1, (
            "what has not changed was watched all the while"
        )

"""Two `trueup run --claim N --egress NAME`: one dies, nobody stands in for it; settings change under both."""

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
    # Beside a file a dead process loses its accounts at once, by the operating system's locks.
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

        await paris.end(signal.SIGKILL)
        await there.until(
            lambda: there.state("third") is AccountState.STALLED, within=LONG, what="that it is missed"
        )
        await there.until(
            lambda: tokyo.said("accounts.unwatched", "third"), within=LONG, what="the line of it"
        )
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
        await there.until(
            lambda: {each.account for each in there.console.queries.watches()} == set(after),
            within=LONG,
            what="that what was taken out is told no more",
        )
        assert [each.group for each in there.console.queries.watches() if each.account == "third"] == [
            "europe"
        ]
        assert not paris.said("account.watched", "main")
        assert len(tokyo.said("account.watched", "main")) == 1, (
            "what has not changed was watched all the while"
        )

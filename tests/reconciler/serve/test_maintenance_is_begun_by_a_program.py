"""A program begins and ends a maintenance window as the command line does: in a name, within its limits."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from reconciler.alerts.quiet import QuietBy
from reconciler.facts.finding import Kind
from tests.reconciler.alert_life import finding
from tests.reconciler.claimed import claimed
from tests.reconciler.serve.served import Reply, Served, served

PATH = "/api/v1/maintenance"


async def said(house: Served, what: str, **body: Any) -> Reply:
    return await house.ask(f"{PATH}/{what}", token=house.operator, method="POST", body=body)


async def test_a_window_is_begun_listed_and_ended(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await claimed(house.store, house.clock)
        until = house.clock.now().utc + timedelta(hours=2)
        begun = await said(
            house, "begin", account="main", by="ann", note="moving the bot", until=until.isoformat()
        )
        (window,) = (await house.ask(PATH, token=house.viewer)).json["windows"]
        await house.find(finding(kind=Kind.PHANTOM_POSITION))
        quiet = await house.store.quiet(now=house.clock.now().utc)
        ended = await said(house, "end", account="main")
        left = (await house.ask(PATH, token=house.viewer)).json["windows"]

    assert begun.status == 200
    assert begun.json == window
    assert (window["by"], window["note"], window["ended_at"]) == ("ann (phone)", "moving the bot", None)
    assert [each.by for each in quiet.values()] == [QuietBy.MAINTENANCE]
    assert ended.status == 200
    assert ended.json["ended_by"] == "phone"
    assert left == []


async def test_another_takes_the_place_of_one_that_is_open(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await claimed(house.store, house.clock)
        await said(house, "begin", account="main", note="first")
        await said(house, "begin", account="main", note="second")
        (window,) = (await house.ask(PATH, token=house.viewer)).json["windows"]

    assert window["note"] == "second"


async def test_what_makes_no_sense_is_refused_in_words(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await claimed(house.store, house.clock)
        far = (house.clock.now().utc + timedelta(hours=9)).isoformat()
        replies = [
            await said(house, "begin", account="main", note=" "),
            await said(house, "begin", account="main", note="long", until=far),
            await said(house, "begin", account="other", note="whose"),
            await said(house, "end", account="main"),
            await house.ask(f"{PATH}/begin", token=house.viewer, method="POST", body={"account": "main"}),
            await house.ask(PATH),
        ]
        windows = (await house.ask(PATH, token=house.viewer)).json["windows"]

    assert [each.status for each in replies] == [422, 422, 404, 409, 403, 401]
    assert "say in a note" in replies[0].json["error"]
    assert "is the longest" in replies[1].json["error"]
    assert windows == []

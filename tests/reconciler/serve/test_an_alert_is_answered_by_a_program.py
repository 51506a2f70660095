"""What a program says of an alert goes through the command of the screens: as durable, and in a name."""

from decimal import Decimal
from pathlib import Path

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Severity
from tests.reconciler.alert_life import finding
from tests.reconciler.serve.served import served

PATH = "/api/v1/alerts/1/acknowledge"


async def test_who_has_seen_it_is_stored_with_the_token_that_said_so(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding(severity=Severity.CRITICAL))
        said = {"by": " ann \n smith", "note": "closing by hand"}
        reply = await house.ask(PATH, token=house.operator, method="POST", body=said)
        view = house.console.queries.alert(1)

    assert reply.status == 200
    assert reply.json["alert"]["state"] == "acknowledged"
    assert reply.json["told"] == ""
    assert view.alert.acknowledgement is not None
    assert view.alert.acknowledgement.by == "ann smith (phone)"
    assert view.alert.acknowledgement.note == "closing by hand"
    assert (view.transitions[-1].origin, view.transitions[-1].actor) == ("api", "ann smith (phone)")


async def test_without_a_name_it_is_the_tokens(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding())
        reply = await house.ask(PATH, token=house.operator, method="POST", body={})

    assert reply.json["alert"]["acknowledgement"]["by"] == "phone"


async def test_a_critical_alert_wants_a_note(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding(severity=Severity.CRITICAL))
        reply = await house.ask(PATH, token=house.operator, method="POST", body={"by": "ann"})
        alert = house.console.queries.alert(1).alert

    assert reply.status == 422
    assert "note" in reply.json["error"]
    assert alert.state is AlertState.FIRING


async def test_what_has_grown_since_it_was_seen_fires_again_and_that_is_told(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding())
        seen = (await house.ask("/api/v1/alerts", token=house.viewer)).json["alerts"][0]["seen"]
        await house.find(finding(exposure=Decimal(5000)))
        said = {"note": "known", "seen": seen}
        reply = await house.ask(PATH, token=house.operator, method="POST", body=said)

    assert reply.status == 200
    assert reply.json["alert"]["state"] == "firing"
    assert "grown since you saw it" in reply.json["told"]


async def test_pages_come_one_after_another_without_gaps(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(*(finding(symbol=f"{name}/USDT:USDT") for name in "ABCDE"))
        pages = []
        more, offset = True, 0
        while more:
            page = (await house.ask(f"/api/v1/alerts?limit=2&offset={offset}", token=house.viewer)).json
            pages.append([each["id"] for each in page["alerts"]])
            more, offset = page["more"], offset + 2

    assert list(map(len, pages)) == [2, 2, 1]
    assert sorted(each for page in pages for each in page) == [1, 2, 3, 4, 5]

"""What a program says of an alert goes through the command of the screens: as durable, and in a name."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Severity
from reconciler.facts.silence import Silence
from tests.reconciler.alert_life import finding
from tests.reconciler.serve.served import Reply, Served, served

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


async def test_a_silence_of_the_alertmanager_is_shown_and_silences_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding())
        until = house.clock.now().utc + timedelta(hours=1)
        before = (await house.ask("/api/v1/alerts/1", token=house.viewer)).json
        house.alerts.silences = {1: Silence("ann", until, "after lunch")}
        shown = (await house.ask("/api/v1/alerts/1", token=house.viewer)).json

    assert before["silenced"] is None
    assert (shown["silenced"]["by"], shown["silenced"]["note"]) == ("ann", "after lunch")
    assert datetime.fromisoformat(shown["silenced"]["until"]) == until
    assert shown["alert"] == before["alert"]


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


async def said_of(house: Served, what: str, **body: str) -> Reply:
    path = f"/api/v1/alerts/1/{what}"
    return await house.ask(path, token=house.operator, method="POST", body={"by": "ann", **body})


async def test_every_word_of_the_screens_can_be_said(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding())
        until = (house.clock.now().utc + timedelta(minutes=30)).isoformat()
        snoozed = (await said_of(house, "snooze", note="after lunch", until=until)).json["alert"]
        intended = (await said_of(house, "intend", note="opened by hand", surplus="43")).json["alert"]
        await said_of(house, "note", note="asked the desk")
        closed = (await said_of(house, "close", note="known, and left")).json["alert"]
        history = house.console.queries.alert(1).transitions

    assert (snoozed["hold"]["kind"], snoozed["hold"]["by"]) == ("snoozed", "ann (phone)")
    assert datetime.fromisoformat(snoozed["hold"]["until"]) == datetime.fromisoformat(until)
    assert (intended["hold"]["kind"], intended["hold"]["surplus"]) == ("intended", "43")
    assert intended["state"] == "firing"
    assert (closed["state"], closed["closed"]) == (
        "closed",
        {"by": "ann (phone)", "because": "known, and left"},
    )
    assert [each.origin for each in history[-4:]] == ["api"] * 4


async def test_another_look_is_asked_for_by_who_may(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding())
        path = "/api/v1/alerts/1/check"
        refused = await house.ask(path, token=house.viewer, method="POST", body={"by": "vic"})
        asked = await house.ask(path, token=house.operator, method="POST", body={"by": "ann"})
        history = house.console.queries.alert(1).transitions

    assert (refused.status, asked.status) == (403, 200)
    assert asked.json["alert"]["state"] == "firing"
    assert [(each.action, each.actor, each.reason) for each in history[-1:]] == [
        ("check_asked", "ann (phone)", "asked for another look")
    ]


async def test_what_makes_no_sense_is_refused_in_words(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding())
        far = (house.clock.now().utc + timedelta(days=400)).isoformat()
        replies = {
            "too far": await said_of(house, "snooze", note="x", until=far),
            "naive": await said_of(house, "snooze", note="x", until="2027-01-01T00:00:00"),
            "no note": await said_of(house, "close"),
            "no number": await said_of(house, "intend", note="x", surplus="1e3"),
            "another size": await said_of(house, "intend", note="x", surplus="-44"),
        }
        alert = house.console.queries.alert(1).alert

    assert {name: reply.status for name, reply in replies.items()} == {
        "too far": 422,
        "naive": 422,
        "no note": 422,
        "no number": 422,
        "another size": 409,
    }
    assert all(len(reply.json["error"]) > 10 for reply in replies.values())
    assert alert.hold is None
    assert alert.state is AlertState.FIRING

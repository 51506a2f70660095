"""A token that is limited to groups of accounts opens what is of these, and nothing else."""

import asyncio
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from reconciler.facts.token import Role
from reconciler.serve.server import of_all_accounts
from reconciler.storage.leases import LEASE
from tests.reconciler.alert_life import finding
from tests.reconciler.serve.served import Served, served

OURS, OTHERS = finding(account="main"), finding(account="other", symbol="SECRET/USDT:USDT")


async def lease(house: Served, account: str, group: str) -> None:
    now = house.clock.now().utc
    lease = {"account": account, "token": 1, "interval_seconds": 2.0, "stopped": False, "at": now}
    row = sa.insert(LEASE).values(**lease, started_at=now, account_group=group)
    await house.store._writer.do(lambda connection: connection.execute(row))


async def token_for(house: Served, group: str) -> str:
    """Return a token for one group, once the server knows of it: unknown ones are read now and then."""
    token = house.console.tokens.new(role=Role.OPERATOR, name="a desk", groups=[group])[1]
    async with asyncio.timeout(60):
        while (await house.ask("/api/v1/alerts", token=token)).status == 401:
            await house.clock.sleep(0.1)
    return token


async def limited(house: Served, group: str) -> str:
    """Store two accounts with an alert each, and return a token for one group."""
    await lease(house, "main", "east")
    await lease(house, "other", "west")
    await house.find(OURS, OTHERS)
    house.watching = replace(house.watching, group="east")
    return await token_for(house, group)


async def test_every_answer_is_of_the_accounts_of_its_group_alone(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        token = await limited(house, "east")
        paths = (
            "/api/v1/status",
            "/api/v1/positions",
            "/api/v1/alerts",
            "/api/v1/alerts?account=other",
            "/api/v1/changes",
            "/api/v1/maintenance",
            "/api/v1/explain?account=other&symbol=SECRET/USDT:USDT",
        )
        told = {path: await house.ask(path, token=token) for path in paths}

    assert {reply.status for reply in told.values()} == {200}
    for path, reply in told.items():
        asked = reply.body.replace(b"explain", b"")
        assert b'"SECRET' not in asked or "symbol=SECRET" in path
        assert b'"account":"other"' not in asked or "account=other&" in path
    assert [each["account"] for each in told["/api/v1/status"].json["accounts"]] == ["main"]
    assert [each["account"] for each in told["/api/v1/alerts"].json["alerts"]] == ["main"]
    assert told["/api/v1/alerts?account=other"].json["alerts"] == []


async def test_an_alert_of_another_group_is_not_there_and_cannot_be_answered(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        token = await limited(house, "east")
        ids = {alert.key.account: alert.id for alert in house.console.queries.alerts()}
        shown = await house.ask(f"/api/v1/alerts/{ids['other']}", token=token)
        body = {"by": "ann", "note": "on it"}
        refused = await house.ask(
            f"/api/v1/alerts/{ids['other']}/acknowledge", token=token, method="POST", body=body
        )
        taken = await house.ask(
            f"/api/v1/alerts/{ids['main']}/acknowledge", token=token, method="POST", body=body
        )
        begun = await house.ask(
            "/api/v1/maintenance/begin", token=token, method="POST", body={"account": "other", "note": "x"}
        )
        other = house.console.queries.alert(ids["other"]).alert

    assert (shown.status, refused.status, taken.status, begun.status) == (404, 404, 200, 404)
    assert other.acknowledgement is None
    assert taken.json["alert"]["acknowledgement"]["by"] == "ann (a desk)"


async def test_the_gate_is_asked_for_its_own_accounts(tmp_path: Path) -> None:
    gate = "/api/v1/gate?account=main&symbol=BTC/USDT:USDT"
    async with served(tmp_path) as house:
        token = await limited(house, "east")
        other = await token_for(house, "west")

        assert (await house.ask(gate, token=token)).status == 200
        assert (await house.ask(gate, token=other)).status == 404


def test_what_is_of_all_accounts_is_not_for_a_limited_token() -> None:
    assert of_all_accounts("/metrics")
    assert not of_all_accounts("/docs")

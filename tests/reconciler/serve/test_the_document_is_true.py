"""The OpenAPI document is what is served: every answer has the form that it names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from msgspec import structs

from reconciler.facts.finding import Kind, Severity
from reconciler.serve.offer import ENDPOINTS
from tests.reconciler.alert_life import finding
from tests.reconciler.claimed import claimed
from tests.reconciler.serve.served import Reply, Served, served
from tests.reconciler.storage.test_console import cycle, position

WORDS = ("note", "snooze", "intend", "close")
DOCUMENT = "/openapi.json"


def fits(document: dict[str, Any], path: str, method: str, reply: Reply) -> None:
    """Fail unless an answer has the form that the document names for its status."""
    responses = document["paths"][path][method.lower()]["responses"]
    assert str(reply.status) in responses, (path, reply.status, reply.body)
    named = responses[str(reply.status)]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**document, **named}).validate(reply.json)


def times(value: Any) -> Iterator[str]:
    """Yield whatever looks like a time."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from times(each)
    elif isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        yield value


async def fill(house: Served) -> None:
    """Let there be something of everything."""
    await house.find(
        finding(severity=Severity.CRITICAL),
        finding(symbol="BTC/USDT:USDT", exposure=None),
        finding(symbol="ETH/USDT:USDT"),
    )
    await house.find(finding(kind=Kind.PHANTOM_POSITION), confirmed=False)
    legs = [
        position("AVL/USDT:USDT", "differs"),
        structs.replace(position("BTC/USDT:USDT", "unknown"), observed=None),
    ]
    await house.store.save_positions("main", legs)
    await house.store.save_cycle(cycle())


async def test_every_answer_has_the_form_that_is_documented(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await fill(house)
        document = (await house.ask(DOCUMENT)).json
        asked: list[tuple[str, str, str, Any]] = [
            (each.path, each.path, each.method, None)
            for each in ENDPOINTS
            if each.method == "GET" and "{id}" not in each.path
        ]
        one, ack = "/api/v1/alerts/{id}", "/api/v1/alerts/{id}/acknowledge"
        alerts = "/api/v1/alerts"
        windows = "/api/v1/maintenance"
        begin, end = f"{windows}/begin", f"{windows}/end"
        await claimed(house.store, house.clock)
        asked += [
            (alerts, f"{alerts}?state=firing&state=pending&kind=phantom_position&limit=1", "GET", None),
            (alerts, f"{alerts}?limit=0", "GET", None),
            (alerts, f"{alerts}?sort=worst", "GET", None),
            (alerts, f"{alerts}?state=angry", "GET", None),
            ("/api/v1/positions", "/api/v1/positions?account=main", "GET", None),
            (one, "/api/v1/alerts/1", "GET", None),
            (one, "/api/v1/alerts/999", "GET", None),
            (ack, "/api/v1/alerts/2/acknowledge", "POST", {"by": "ann", "note": "looking"}),
            (ack, "/api/v1/alerts/1/acknowledge", "POST", {"by": "ann"}),
            (ack, "/api/v1/alerts/1/acknowledge", "POST", {"note": "x", "seen": "nonsense"}),
            (ack, "/api/v1/alerts/1/acknowledge", "POST", {"note": "x", "until": "tomorrow"}),
            (ack, "/api/v1/alerts/999/acknowledge", "POST", {"note": "x"}),
            *((f"{one}/{word}", f"/api/v1/alerts/3/{word}", "POST", {"note": "x"}) for word in WORDS),
            ("/api/v1/gate", "/api/v1/gate?account=main&symbol=AVL/USDT:USDT&leg=long", "GET", None),
            ("/api/v1/gate", "/api/v1/gate?account=main&symbol=XRP/USDT:USDT", "GET", None),
            ("/api/v1/gate", "/api/v1/gate?account=other&symbol=XRP/USDT:USDT", "GET", None),
            ("/api/v1/gate", "/api/v1/gate?account=main&symbol=AVL/USDT:USDT&leg=up", "GET", None),
            (ack, "/api/v1/alerts/4/acknowledge", "POST", {"note": "it is pending"}),
            (begin, begin, "POST", {"account": "main", "note": "x"}),
            (begin, begin, "POST", {"account": "other", "note": "x"}),
            (windows, windows, "GET", None),
            (end, end, "POST", {"account": "main"}),
            (end, end, "POST", {"account": "main"}),
        ]
        statuses = set()
        for path, question, method, body in asked:
            for token in (house.operator, house.viewer, None):
                reply = await house.ask(question, token=token, method=method, body=body)
                fits(document, path, method, reply)
                statuses.add(reply.status)
                assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}(\.\d+)?Z", each) for each in times(reply.json))
    assert statuses >= {200, 401, 403, 404, 409, 422}


async def test_every_endpoint_is_in_the_document_and_nothing_else_is(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        document = (await house.ask(DOCUMENT)).json

    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(each.method, each.path) for each in ENDPOINTS}
    assert {path for _, path in told if path.startswith("/api/")} >= {
        "/api/v1/alerts",
        "/api/v1/alerts/{id}",
        *(f"/api/v1/alerts/{{id}}/{word}" for word in ("acknowledge", *WORDS)),
        "/api/v1/gate",
        "/api/v1/positions",
        "/api/v1/status",
    }


async def test_every_parameter_of_the_document_is_taken_and_no_other(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        document = (await house.ask(DOCUMENT)).json
        for path, methods in document["paths"].items():
            parameters = methods.get("get", {}).get("parameters", ())
            for each in parameters:
                if each["in"] == "query":
                    reply = await house.ask(f"{path}?{each['name']}=%00", token=house.viewer)
                    assert "Extra inputs" not in reply.json.get("error", ""), (path, each["name"])
            if "get" in methods and "{id}" not in path:
                reply = await house.ask(f"{path}?nonsense=1", token=house.viewer)
                assert reply.status == 422, path


async def test_no_form_lets_anything_in_that_it_does_not_name(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        document = (await house.ask(DOCUMENT)).json

    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, name


async def test_the_page_names_every_path_and_loads_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        page = (await house.ask("/docs")).body.decode()

    assert all(f"{each.method} {each.path}" in page for each in ENDPOINTS)
    assert "<script" not in page
    assert "http:" not in page
    assert "https:" not in page

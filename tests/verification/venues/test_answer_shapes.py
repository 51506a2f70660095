"""A successful answer that is not of the documented shape is not an answer."""

import ccxt
import pytest

from tests.verification.venues.samples import listed_algo, listed_order, listed_position
from verification.facts.errors import SourceRejected
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.ccxt.shapes import misshapen
from verification.venues.port import Access
from verification.venues.registry import capabilities_of

BINANCE = capabilities_of("binanceusdm").shapes
BYBIT = capabilities_of("bybit").shapes


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/fapi/v3/positionRisk", []),
        ("/fapi/v3/positionRisk", [listed_position()]),
        ("/fapi/v1/openOrders", [listed_order()]),
        ("/fapi/v1/openAlgoOrders", [listed_algo()]),
        ("/fapi/v1/order", listed_order()),
        ("/fapi/v1/positionSide/dual", {"dualSidePosition": False}),
        ("/fapi/v1/leverageBracket", "no rule for this one"),
    ],
)
def test_documented_shapes_pass(path: str, answer: object) -> None:
    assert misshapen(BINANCE, "GET", path, answer) is None


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        ("/fapi/v3/positionRisk", {}, "no list"),
        ("/fapi/v3/positionRisk", "", "no list"),
        ("/fapi/v3/positionRisk", {"rows": []}, "no list"),
        ("/fapi/v3/positionRisk", [{"symbol": "AVLUSDT"}], "lacks"),
        ("/fapi/v3/positionRisk", [None], "NoneType"),
        ("/fapi/v1/order", [], "list where an object"),
        ("/fapi/v1/order", {"orderId": 1}, "lacks"),
    ],
)
def test_any_other_shape_is_named(path: str, answer: object, says: str) -> None:
    assert says in (misshapen(BINANCE, "GET", path, answer) or "")


@pytest.mark.parametrize("answer", [{}, {"result": {}}, {"result": None}, {"result": {"list": {}}}])
def test_a_list_inside_an_envelope_must_be_there(answer: object) -> None:
    assert "no list" in (misshapen(BYBIT, "GET", "/v5/position/list", answer) or "")


def test_an_empty_list_inside_an_envelope_is_an_answer() -> None:
    assert misshapen(BYBIT, "GET", "/v5/position/list", {"result": {"list": []}}) is None


@pytest.mark.parametrize("body", [{}, {"data": "something else"}, [], 5, "text", {"ret_code": 0}])
async def test_an_answer_without_its_envelope_is_malformed_whatever_it_is_about(body: object) -> None:
    exchange = build_exchange(Access("main", "bybit", "key", "secret"), capabilities_of("bybit"))
    with pytest.raises(ccxt.BadResponse):
        exchange.handle_errors(200, "", "http://127.0.0.1:1/v5/any", "GET", {}, "x", body, {}, "")
    await exchange.close()


def test_an_unknown_venue_is_refused_with_its_nearest_names() -> None:
    access = Access("main", "binanceusd", "key", "secret")
    with pytest.raises(SourceRejected, match="binanceusdm"):
        build_exchange(access, capabilities_of(access.venue))


def test_an_id_that_mixes_products_is_refused_with_the_one_to_use() -> None:
    access = Access("main", "binance", "key", "secret")
    with pytest.raises(SourceRejected, match="binanceusdm"):
        build_exchange(access, capabilities_of(access.venue))


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        (-4192, ccxt.PermissionDenied),
        (-1008, ccxt.OperationFailed),
        (-2022, ccxt.InvalidOrder),
        (-2013, ccxt.OrderNotFound),
    ],
)
async def test_error_classes_are_those_of_production_at_any_address(
    code: int, raised: type[Exception]
) -> None:
    access = Access("main", "binanceusdm", "key", "secret")
    exchange = build_exchange(access, capabilities_of(access.venue))
    body = {"code": code, "msg": "words"}
    with pytest.raises(raised) as caught:
        exchange.handle_errors(
            400, "", "http://127.0.0.1:1/fapi/v1/order", "GET", {}, str(body), body, {}, ""
        )
    assert type(caught.value) is raised
    await exchange.close()


def test_what_is_known_of_no_venue_is_cautious() -> None:
    unknown = capabilities_of("no such venue")
    assert unknown.stream is None
    assert unknown.conditionals.value == "not_known"

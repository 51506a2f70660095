"""All that is offered: one line each."""

import functools
from typing import Final

import orjson

from reconciler.serve import (
    alert_commands,
    alerts,
    explaining,
    gate_answer,
    health,
    maintenance,
    positions,
    status,
)
from reconciler.serve.endpoint import Endpoint
from reconciler.serve.openapi import document
from reconciler.serve.page import page
from reconciler.serve.server import Page
from reconciler.version import version_here

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *health.ENDPOINTS,
    *gate_answer.ENDPOINTS,
    *status.ENDPOINTS,
    *positions.ENDPOINTS,
    *explaining.ENDPOINTS,
    *alerts.ENDPOINTS,
    *alert_commands.ENDPOINTS,
    *maintenance.ENDPOINTS,
)


@functools.cache
def _document() -> tuple[bytes, str]:
    return orjson.dumps(document(ENDPOINTS, version_here())), "application/json"


@functools.cache
def _page() -> tuple[bytes, str]:
    return page(document(ENDPOINTS, version_here())), "text/html; charset=utf-8"


PAGES: Final[tuple[Page, ...]] = (("/openapi.json", _document), ("/docs", _page))

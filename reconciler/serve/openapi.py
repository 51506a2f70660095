"""The document that describes what is offered, made of the very types that are asked with and answered."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from reconciler.serve.door import Open
from reconciler.serve.endpoint import Endpoint, Failure, Nothing

_JSON = "application/json"
_REF = "#/components/schemas/{model}"


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """Return the OpenAPI document of endpoints."""
    offered = tuple(endpoints)
    schemas = _schemas(offered)
    paths: dict[str, dict[str, Any]] = {}
    for each in offered:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Trueup", "version": version, "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_ABOUT = (
    "Whether what a trading bot believes is what its exchange holds. Times are RFC 3339 in UTC, quantities "
    "signed decimal strings in contracts, long positive; what is not known is null, never zero."
)


def _schemas(endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    answers: set[type[BaseModel]] = {Failure, *(each.answer for each in endpoints)}
    bodies = {each.body for each in endpoints if each.body is not None}
    wanted = [(model, "serialization") for model in sorted(answers, key=lambda model: model.__name__)]
    wanted += [(model, "validation") for model in sorted(bodies, key=lambda model: model.__name__)]
    _, schemas = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type] # the pairs are (model, mode)
    found: dict[str, Any] = schemas["$defs"]
    return found


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": _name_of(endpoint),
        "responses": dict(_responses(endpoint)),
    }
    parameters = list(_parameters(endpoint))
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": _named(endpoint.body)}}}
    if endpoint.opens is Open.TOKEN:
        operation["security"] = [{"token": []}]
        operation["description"] = f"Takes a token of role {endpoint.role}."
    return operation


def _name_of(endpoint: Endpoint) -> str:
    """Return the name under which a client knows it: `get_alerts`, `post_alerts_id_acknowledge`."""
    parts = endpoint.path.replace("/api/v1", "").strip("/").replace("{id}", "id").split("/")
    return "_".join([endpoint.method.lower(), *parts])


def _parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    if "{id}" in endpoint.path:
        yield {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        }
    if endpoint.query is Nothing:
        return
    schema = endpoint.query.model_json_schema()
    definitions = schema.get("$defs", {})
    for name, facts in schema["properties"].items():
        told = {key: value for key, value in facts.items() if key not in {"title", "description"}}
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": facts.get("description", ""),
            "schema": _inlined(told, definitions),
        }


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a schema without references: a parameter stands alone."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    return [_inlined(each, definitions) for each in schema] if isinstance(schema, list) else schema


def _responses(endpoint: Endpoint) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "200", {"description": "the answer", "content": {_JSON: {"schema": _named(endpoint.answer)}}}
    failures = {
        403: "a foreign page, or the token may not do this",
        500: "an unexpected error, told in the log",
    }
    if endpoint.opens is Open.TOKEN:
        failures |= {401: "no token, or one that opens nothing"}
    if not endpoint.from_memory:
        failures |= {503: "the state database is away or busy: ask again"}
    if "{id}" in endpoint.path:
        failures |= {404: "nothing has this number"}
    if endpoint.query is not Nothing or endpoint.body is not None:
        failures |= {422: "what was asked makes no sense: `error` says why"}
    for status, why in sorted({**failures, **endpoint.statuses}.items()):
        model = endpoint.answer if status in endpoint.own_form else Failure
        yield str(status), {"description": why, "content": {_JSON: {"schema": _named(model)}}}


def _named(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}

"""The OpenAPI document as a page for a person: all of it, with no script and nothing from elsewhere."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "background:Canvas;color:CanvasText}h2{margin-top:2rem}code,pre{font:13px/1.4 ui-monospace,monospace}"
    "pre{overflow:auto;border:1px solid GrayText;padding:.75rem}table{border-collapse:collapse}"
    "td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}:root{color-scheme:light dark}"
)


def page(document: dict[str, Any]) -> bytes:
    """Return the page of a document."""
    title = f"{document['info']['title']} {document['info']['version']}: API"
    body = "".join(_body(document))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}</html>"
    ).encode()


def _body(document: dict[str, Any]) -> Iterator[str]:
    yield f'<p>{escape(document["info"]["description"])}</p><p><a href="/openapi.json">openapi.json</a></p>'
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation['summary'])} "
            yield f"{escape(operation.get('description', ''))}</p>"
            yield _table(
                ("parameter", "", "what it is"),
                [
                    (each["name"], _type(each["schema"]), each.get("description", ""))
                    for each in operation.get("parameters", ())
                ],
            )
            if "requestBody" in operation:
                yield f"<p>Body: {_linked(operation['requestBody'])}</p>"
            yield _table(
                ("status", "answer", "when"),
                [
                    (status, _linked(each), each["description"])
                    for status, each in operation["responses"].items()
                ],
                marked=1,
            )
    yield "<h2>Forms</h2>"
    for name, schema in document["components"]["schemas"].items():
        told = json.dumps(schema, indent=2)
        yield f'<h3 id="{escape(name)}"><code>{escape(name)}</code></h3><pre>{escape(told)}</pre>'


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]], *, marked: int = -1) -> str:
    if not rows:
        return ""
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
    for row in rows:
        cells = (cell if place == marked else escape(cell) for place, cell in enumerate(row))
        lines.append("".join(f"<td>{cell}</td>" for cell in cells))
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_type(schema['items'])}, may be repeated"
    return str(schema.get("type", ""))


def _linked(part: dict[str, Any]) -> str:
    name = part["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return f'<a href="#{escape(name)}"><code>{escape(name)}</code></a>'

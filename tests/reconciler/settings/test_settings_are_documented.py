"""Every setting is in docs/settings.md with its unit and its default, and nothing else is."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reconciler.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "settings.md"
ROW = re.compile(r"^\| `([a-zA-Z_.]+\.[a-z_]+)` \| ([a-z]*) ?\| `?([^|`]+)`? \|", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    return {name: (unit, default) for name, unit, default in ROW.findall(PAGE.read_text())}


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = [
            each
            for each in (field.annotation, *get_args(field.annotation))
            if isinstance(each, type) and issubclass(each, BaseModel)
        ]
        if inner:
            yield from fields(inner[0], f"{prefix}{name}." + ("NAME." if get_args(field.annotation) else ""))
        else:
            yield prefix + name, field


def unit(field: FieldInfo) -> str:
    facts = field.json_schema_extra
    return str(facts["unit"]) if isinstance(facts, dict) and "unit" in facts else ""


def default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    match value:
        case None | ():
            return "none"
        case timedelta():
            return f"{value.total_seconds():.10g}"
        case tuple():
            return ", ".join(map(str, value))
        case bool() | dict():
            return orjson.dumps(value).decode()
        case _:
            return str(value)


def test_the_page_and_the_settings_say_the_same() -> None:
    expected = {name: (unit(field), default(field)) for name, field in fields(Settings)}

    assert documented() == expected


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in fields(Settings) if not field.description] == []

"""Whatever settings a document shows, the program takes them."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from reconciler.settings import Settings
from tests.docs.pages import PAGES, blocks


def sections(page: Path) -> Iterator[dict[str, Any]]:
    for block in blocks(page, "toml"):
        yield tomllib.loads(block)


def unknown(settings: Mapping[str, Any], model: type[BaseModel], place: str = "") -> Iterator[str]:
    """Yield the settings that the model has no field for."""
    for name, value in settings.items():
        field = model.model_fields.get(name)
        if field is None:
            yield place + name
            continue
        inside = [
            each
            for each in (field.annotation, *get_args(field.annotation))
            if isinstance(each, type) and issubclass(each, BaseModel)
        ]
        if not inside:
            continue
        if get_args(field.annotation):
            for key, one in value.items():
                yield from unknown(one, inside[0], f"{place}{name}.{key}.")
        else:
            yield from unknown(value, inside[0], f"{place}{name}.")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_no_setting_that_is_not_there(page: Path) -> None:
    assert [name for each in sections(page) for name in unknown(each, Settings)] == []


def test_what_is_not_there_is_found() -> None:
    wrong = {"checks": {"patience": 3}, "accounts": {"main": {"venue": "binanceusdm", "leverage": 3}}}
    assert list(unknown(wrong, Settings)) == ["checks.patience", "accounts.main.leverage"]


def test_the_pages_have_settings_to_try() -> None:
    assert sum(1 for page in PAGES for _ in sections(page)) >= 5

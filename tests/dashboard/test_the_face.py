"""The face of every page: who is there, and that nothing of it comes from elsewhere."""

import re
from pathlib import Path

import dashboard
from reconciler.facts.person import Person
from reconciler.facts.token import Role
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import html, opened, reading

ROOM = Path(dashboard.__file__).parent


def test_the_person_stands_in_the_head_by_name_and_role() -> None:
    with reading(Memory(), Person("anna", Role.OPERATOR)):
        assert "anna, operator" in html(opened())


def test_without_a_name_nobody_is_named() -> None:
    with reading(Memory()):
        assert "operator" not in html(opened())


def test_no_style_script_or_picture_of_ours_names_another_host() -> None:
    files = [file for ending in ("css", "js", "svg") for file in ROOM.rglob(f"*.{ending}")]
    hosts = {
        (file.name, host)
        for file in files
        for host in re.findall(r"(?:https?:)?//([\w.-]+\.[a-z]{2,})", file.read_text("utf-8"))
    }

    assert len(files) >= 5
    assert {host for _, host in hosts} == {"www.w3.org"}  # the name of a form, which nobody asks for

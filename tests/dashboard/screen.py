"""A page as a test sees it: run without a browser, on a console in memory or a real database."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard import identity, state_reader
from dashboard.joint_read import JointRead
from reconciler.facts.person import Person
from reconciler.facts.token import Role
from tests.dashboard.memory_console import Memory

APP = Path(dashboard.__file__).with_name("app.py")
URL = "memory://screens"


WITH_THE_LINK = Person("", Role.ADMIN)


@contextmanager
def reading(memory: Memory, person: Person | None = WITH_THE_LINK) -> Iterator[None]:
    """Let the screens read `memory`, and let `person` sit before them; None: nobody is vouched for."""
    console = memory.console()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(state_reader.STATE_URL, URL)
        patch.setattr(state_reader, "_console", lambda _url: console)
        patch.setattr(state_reader, "_shared", unshared())
        patch.setattr(identity, "_headers", lambda: [] if person is None else [identity.written(person)])
        yield


def unshared() -> JointRead:
    """Every page reads for itself: what a test changes behind it counts at once."""
    return JointRead(state_reader._read_now, lambda: state_reader.changes(None), seconds=0)


def opened(page: str = "", /, **address: str) -> AppTest:
    """Open a page by its name, with what stands in the address after `?`."""
    screen = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in address.items():
        screen.query_params[name] = value
    if page:
        # A page is known to the session once the entry has run.
        screen.run()
        screen.switch_page(f"screens/{page}.py")
    return run(screen)


def run(screen: AppTest) -> AppTest:
    """Run it again; an exception in a page fails the test."""
    screen.run()
    assert not screen.exception, [failure.message for failure in screen.exception]
    return screen


def text(screen: AppTest) -> str:
    """Everything that is written on the page, unescaped, one line an element."""
    kinds: tuple[Any, ...] = (
        screen.error,
        screen.warning,
        screen.success,
        screen.markdown,
        screen.caption,
        screen.subheader,
        screen.metric,
    )
    lines = [
        f"{element.label}: {element.value}" if element.type == "metric" else str(element.value)
        for elements in kinds
        for element in elements
    ]
    shown = "\n".join(lines).replace("\\", "").replace("\N{WORD JOINER}", "")
    return f"{shown}\n{_read(html(screen))}"


def html(screen: AppTest) -> str:
    """The HTML that the page was sent, as it was sent; without its style."""
    sent = [str(element.proto.body) for element in screen.get("html")]
    return "\n".join(body for body in sent if not body.startswith("<style>"))


def _read(sent: str) -> str:
    """HTML as it is read: a line a paragraph, a row or a cell."""
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(?:div|p|h\d|tr|td|th|li)>", "\n", sent)))


def tab(screen: AppTest, name: str) -> AppTest:
    """Choose one of the states on the first page."""
    screen.button(key=f"tab-{name}").click()
    return run(screen)


def banner(screen: AppTest) -> tuple[str, str]:
    """How loud the sentence on top is, by its colour, and what it says."""
    (sent,) = [
        str(each.proto.body) for each in screen.get("html") if 'class="t-banner' in str(each.proto.body)
    ]
    (kind,) = re.findall(r'class="t-banner ([\w -]+)"', sent)
    return kind.replace("t-", ""), " ".join(_read(sent).split())


def buttons(screen: AppTest) -> set[str]:
    """The keys of the buttons on the page."""
    return {str(button.key) for button in screen.button}


def alert_rows(screen: AppTest) -> list[dict[str, Any]]:
    """The rows of the list of alerts, as the browser is told them."""
    (drawn,) = [
        each for each in screen.get("bidi_component") if each.proto.component_name == "trueup_alert_rows"
    ]
    rows: list[dict[str, Any]] = json.loads(drawn.proto.json)["rows"]
    return rows


def table(screen: AppTest, place: int = 0) -> list[dict[str, Any]]:
    """The rows of a table on the page."""
    rows: list[dict[str, Any]] = screen.dataframe[place].value.to_dict("records")
    return rows

"""A file comes with the page when its button is pressed, once; what could not be read is no file."""

from typing import Any

from streamlit.testing.v1 import AppTest

MADE = "trueup_taking_away"


def _page(text: str | None) -> None:
    from datetime import UTC, datetime

    from dashboard.taking_away import file_button
    from dashboard.words.verdict import Unread

    unread = Unread("locked", datetime(2026, 12, 1, tzinfo=UTC))
    file_button("CSV", lambda: unread if text is None else text, name="all.csv", mime="text/csv", key="csv")


def opened(text: str | None) -> AppTest:
    return AppTest.from_function(_page, args=(text,)).run()


def files(screen: AppTest) -> list[Any]:
    return [each.proto for each in screen.main if MADE in str(each.proto)]


def test_the_file_comes_with_the_press_and_not_again() -> None:
    screen = opened("a,b\n")
    assert not files(screen)
    screen.button(key="csv").click().run()
    (file,) = files(screen)
    assert "a,b" in str(file)
    assert "all.csv" in str(file)
    screen.run()
    assert not files(screen)


def test_what_could_not_be_read_is_said_and_is_no_file() -> None:
    screen = opened(None)
    screen.button(key="csv").click().run()
    assert not files(screen)
    assert [each.value for each in screen.error] == [
        "It could not be read, so there is no file. That does not mean that there is nothing."
    ]

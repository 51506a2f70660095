"""docs/alerts.md says of every kind what its file says."""

from tests.reconciler.kinds.alerts_page import PAGE, table, to_do, written

AGAIN = "write it anew: python -m tests.reconciler.kinds.alerts_page"


def test_the_page_says_what_the_files_say() -> None:
    page = PAGE.read_text("utf-8")
    assert table() in page, AGAIN
    assert page.endswith(to_do()), AGAIN


def test_a_page_that_says_something_else_is_noticed_and_written_anew() -> None:
    page = PAGE.read_text("utf-8")
    other = page.replace("`phantom_position`", "`ghost_position`")

    assert other != page
    assert table() not in other
    assert written(other) == page
    assert written(page.replace("If nobody wants it, close it", "Leave it")) == page

"""A change of a ledger whose very rows a look has judged has nothing looked at once more."""

from types import SimpleNamespace
from typing import Any

from reconciler.account.judged_rows import JudgedRows

ROWS, OTHERS = (1,), (2,)
NONE: frozenset[str] = frozenset()
MINE = frozenset({"A"})


def look(rows: object, symbols: frozenset[str] | None, status: str = "complete") -> Any:
    return SimpleNamespace(ledgers={"bot": SimpleNamespace(rows=rows)}, symbols=symbols, status=status)


def change(rows: object, *symbols: str) -> Any:
    return SimpleNamespace(reading=SimpleNamespace(ledger="bot", rows=rows), symbols=frozenset(symbols))


def judged_by(*looks: Any) -> JudgedRows:
    judged = JudgedRows()
    for each in looks:
        with judged.look_under_way(lambda _: None):
            judged.note(each)
    return judged


def test_only_the_very_rows_that_the_last_look_has_judged_need_none() -> None:
    assert judged_by().unjudged(change(ROWS, "A")) == MINE
    assert judged_by(look(ROWS, MINE)).unjudged(change(ROWS, "A")) == NONE
    assert judged_by(look(ROWS, None)).unjudged(change(ROWS, "A")) == NONE
    assert judged_by(look(ROWS, MINE)).unjudged(change(ROWS, "A", "B")) == {"B"}
    assert judged_by(look(OTHERS, MINE)).unjudged(change(ROWS, "A")) == MINE
    assert judged_by(look(ROWS, MINE), look(OTHERS, MINE)).unjudged(change(ROWS, "A")) == MINE


def test_a_look_that_did_not_see_everything_has_judged_nothing() -> None:
    for status in ("partial", "blind"):
        assert judged_by(look(ROWS, MINE, status)).unjudged(change(ROWS, "A")) == MINE


def test_a_change_during_a_look_waits_for_what_that_has_judged() -> None:
    marked: list[frozenset[str]] = []
    judged = JudgedRows()
    with judged.look_under_way(marked.append):
        assert judged.unjudged(change(ROWS, "A")) == NONE
        assert judged.unjudged(change(OTHERS, "B")) == NONE
        judged.note(look(ROWS, MINE))
    assert [each for each in marked if each] == [{"B"}]


def test_a_look_that_fails_leaves_everything_to_be_looked_at() -> None:
    marked: list[frozenset[str]] = []
    judged = judged_by(look(ROWS, MINE))
    try:
        with judged.look_under_way(marked.append):
            judged.unjudged(change(ROWS, "A"))
            raise TypeError("a bug")
    except TypeError:
        assert marked == [MINE]

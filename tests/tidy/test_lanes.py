"""Tests that wait begin beside those that compute, the longest first, and none is lost on the way."""

from pathlib import Path

from tests.lanes import APART, LONG, WAITS, next_of, unit_of

ROOT = Path(__file__).resolve().parents[2]

UNITS = [
    "tests/facts/test_a.py",
    "tests/processes/test_b.py",
    "tests/wire/test_c.py",
    "tests/browser/test_d.py",
]


def drained(*, waiting: bool) -> list[str]:
    units, out = list(UNITS), []
    while units:
        out.append(next_of(units, waiting=waiting))
        units.remove(out[-1])
    return out


def test_one_worker_begins_with_what_waits_and_another_with_what_computes() -> None:
    facts, processes, wire, browser = UNITS

    assert drained(waiting=True) == [browser, processes, wire, facts]
    assert drained(waiting=False) == [wire, facts, browser, processes]


def test_a_file_stays_together_unless_it_is_named_as_one_whose_tests_share_nothing() -> None:
    one, other = f"{APART[0]}::test_one[a-b]", f"{APART[0]}::test_other"

    assert unit_of("tests/wire/test_c.py::test_one") == unit_of("tests/wire/test_c.py::test_other")
    assert (unit_of(one), unit_of(other)) == (one, other)


def test_whatever_is_named_is_there() -> None:
    assert [name for name in (*WAITS, *APART, *LONG) if not (ROOT / name).exists()] == []

"""What many worlds must have met at least once: a promise about a state that never came about is empty."""

from collections.abc import Mapping

from tests.simulation.reconciler.reach import STATES

ENOUGH = 50_000
"""Worlds after which each of these must have been met."""

ANSWERS = (
    "open confirmed proof",
    "open refuted proof",
    "open partial proof",
    "open mismatch side proof",
    "open unknown",
    "close confirmed proof",
    "close confirmed bounded_lag",
    "close partial proof",
    "close mismatch side proof",
    "close mismatch excess proof",
    "close mismatch still_open proof",
    "close unknown",
    "opening opened",
    "opening rolledback",
    "opening refuted",
    "opening unknown told",
    "opening exposed told",
    "opening closed told",
)
"""Verdicts of the verifier and outcomes of openings."""

TOLD = (
    "told orphaned_position",
    "told phantom_position",
    "told quantity_mismatch",
    "told side_mismatch",
    "told unprotected_position",
    "told unlisted_symbol",
    "told stuck_opening",
    "told stuck_closing",
    "told dangling_order",
    "told foreign_writer",
    "told source_down",
    "told source_stale",
    "told ledger_unreadable",
)
"""What the reconciler tells people.

Not `unverified_open`: in these worlds each order can be asked about in the end, and what was told of exits
that had executed in full was no doubt. `tests/reconciler/account/test_every_doubt_is_told.py` has the doubts.
"""


def met(words: Mapping[str, int], states: Mapping[str, int]) -> dict[str, int]:
    """Return in how many places each of them was met: 0 for never."""
    answers = {name: words.get(name, 0) for name in (*ANSWERS, *TOLD)}
    return answers | {name: states.get(name, 0) for name in STATES}

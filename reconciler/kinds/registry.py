"""Every kind of alert: one line each, and the sets that follow from what their files say."""

from typing import Final

from reconciler.facts.finding import Kind
from reconciler.kinds import (
    bot_silent,
    clock_skew,
    credentials_rejected,
    dangling_order,
    duplicate_rows,
    foreign_writer,
    ledger_stale,
    ledger_unreadable,
    look_failed,
    notifier_failed,
    orphaned_position,
    phantom_position,
    quantity_mismatch,
    reappeared_position,
    reconciler_stalled,
    side_mismatch,
    source_down,
    source_stale,
    sources_disagree,
    stuck_closing,
    stuck_opening,
    unlisted_symbol,
    unprotected_position,
    unverified_open,
    wrong_ledger,
)
from reconciler.kinds.form.spec import KindSpec

SPECS: Final[tuple[KindSpec, ...]] = (
    unverified_open.SPEC,
    orphaned_position.SPEC,
    reappeared_position.SPEC,
    phantom_position.SPEC,
    quantity_mismatch.SPEC,
    side_mismatch.SPEC,
    unprotected_position.SPEC,
    duplicate_rows.SPEC,
    unlisted_symbol.SPEC,
    stuck_opening.SPEC,
    stuck_closing.SPEC,
    dangling_order.SPEC,
    foreign_writer.SPEC,
    sources_disagree.SPEC,
    source_down.SPEC,
    source_stale.SPEC,
    credentials_rejected.SPEC,
    ledger_unreadable.SPEC,
    wrong_ledger.SPEC,
    ledger_stale.SPEC,
    look_failed.SPEC,
    bot_silent.SPEC,
    clock_skew.SPEC,
    notifier_failed.SPEC,
    reconciler_stalled.SPEC,
)

_BY_KIND: Final = {spec.kind: spec for spec in SPECS}

DIFFERENCES: Final = frozenset(spec.kind for spec in SPECS if spec.difference)
"""The ways in which a leg can differ: it differs in one of them at a time."""


def spec_of(kind: Kind) -> KindSpec:
    """Return all that is said and decided of a kind."""
    return _BY_KIND[kind]


def is_blindness(kind: Kind) -> bool:
    """Return whether a kind says "we cannot see" and not "they differ"."""
    return _BY_KIND[kind].blindness

"""The simulation would notice a faulty reconciler: each fault that is planted by name is caught."""

import pytest

from tests.simulation.campaign import judged, planted_faults
from tests.simulation.reconciler.mutants import watched_mutants

CAUGHT: dict[str, int] = {
    "reconciler_a_failed_read_is_an_empty_list": 3,
    "reconciler_a_cut_page_is_complete": 3,
    "reconciler_a_nameless_row_is_left_out": 51,
    "reconciler_pushes_forget_their_sign": 2,
    "reconciler_an_unreadable_ledger_is_empty": 1,
    "reconciler_play_money_is_believed": 1,
    "reconciler_equal_rows_count_once": 11,
    "reconciler_a_glance_alarms": 2,
    "reconciler_a_stop_of_before_is_believed": 134,
    "reconciler_what_was_not_asked_for_is_not_there": 1,
    "reconciler_the_first_difference_fires": 2,
    "reconciler_every_look_begins_anew": 1,
    "reconciler_only_the_venues_rows": 1,
    "reconciler_only_the_ledgers_rows": 4,
    "reconciler_quantities_without_sign": 1,
    "reconciler_sweeps_nothing": 1,
    "reconciler_blindness_is_not_told": 1,
    "reconciler_a_leg_hides_the_other": 7,
    "reconciler_an_acknowledgement_silences_all": 5,
    "reconciler_resolved_while_blind": 3,
    "reconciler_nothing_resolves": 1,
    "reconciler_a_worsening_stays_quiet": 32,
    "reconciler_a_restart_forgets": 5,
    "reconciler_a_restart_forgets_acknowledgements": 5,
    "reconciler_a_recovering_alert_is_over": 1,
    "reconciler_blind_is_green": 1,
    "reconciler_goes_by_the_wall_clock": 1,
    "reconciler_one_lot_is_rounding": 1,
    "reconciler_roundings_add_up": 55,
    "reconciler_in_flight_for_ever": 1,
    "reconciler_a_triggered_stop_guards": 7,
    "reconciler_a_sleeping_stop_guards": 5,
    "reconciler_either_side_guards": 19,
    "reconciler_any_stop_is_enough": 11,
    "reconciler_nobody_is_liquidated": 19,
    "reconciler_one_space_of_numbers": 52,
    "reconciler_fills_of_resting_orders_are_lost": 1,
    "reconciler_an_unread_part_is_empty": 4,
    "reconciler_a_reconnect_is_health": 10,
    "reconciler_an_unlisted_symbol_is_skipped": 1,
    "reconciler_a_phantom_is_only_a_warning": 5,
    "reconciler_graces_count_from_our_first_look": 1,
    "reconciler_a_resting_question_is_dropped": 8,
    "reconciler_a_restart_forgets_what_rests": 8,
}
"""At which seed. When worlds change, `make simulate` tells the new ones."""


@pytest.mark.parametrize("name", [mutant.name for mutant in watched_mutants()])
def test_a_planted_fault_is_caught(name: str) -> None:
    broken = judged(CAUGHT[name], planted_faults()[name]).broken
    assert broken, f"{name} is not caught at seed {CAUGHT[name]} any more: where does make simulate catch it?"


def test_there_are_enough_of_them() -> None:
    assert len(CAUGHT) >= 20
    assert {name for name in planted_faults() if name.startswith("reconciler_")} == set(CAUGHT)

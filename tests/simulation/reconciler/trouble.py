"""What may go wrong in a world that the reconciler watches. Each seed enables a random few."""

import random
from enum import StrEnum


class Trouble(StrEnum):
    """One class of trouble. The name is what the report counts."""

    LATE_ROWS = "late_rows"  # the bot writes down what happened long after any grace
    FORGOTTEN_ROWS = "forgotten_rows"  # or never
    WRONG_SIZES = "wrong_sizes"
    WRONG_SIDES = "wrong_sides"
    DOUBLED_ROWS = "doubled_rows"  # one trade is written down twice
    SEVERAL_ROWS = "several_rows"  # a leg holds several trades, each with a row
    FRACTIONAL_LOTS = "fractional_lots"  # lots below one, contracts that are not one coin
    INEXACT_LEDGERS = "inexact_ledgers"  # the bot's numbers are floats, or not cut to whole lots
    UNREADABLE_LEDGERS = "unreadable_ledgers"  # locked, gone, of another schema
    DRY_RUNS = "dry_runs"  # the ledger turns out to be of play money for a while
    TWO_LEDGERS = "two_ledgers"
    NO_STAMPS = "no_stamps"  # rows do not say when they were written
    ORDERS = "orders"  # rows name their orders, so that every open and close is verified
    REFUSED_ORDERS = "refused_orders"
    RESTING_ORDERS = "resting_orders"  # limit orders that execute in parts, whole, late or never
    SHARED_NUMBERS = "shared_numbers"  # orders and conditional orders are numbered apart, from one on
    VENUE_STOPS = "venue_stops"  # bots keep their stops at the venue
    MISSING_STOPS = "missing_stops"
    SHORT_STOPS = "short_stops"  # for a part of the position
    TRIGGERED_STOPS = "triggered_stops"  # the trigger was hit, and the limit rests
    DORMANT_STOPS = "dormant_stops"  # trailing, and its activation price was not reached
    WRONG_SIDED_STOPS = "wrong_sided_stops"  # the trigger is where only a gain would hit it
    DISTANT_STOPS = "distant_stops"  # beyond the liquidation price
    FIRED_STOPS = "fired_stops"  # they close what they guard
    OTHERS_TRADE = "others_trade"
    LIQUIDATIONS = "liquidations"
    UNLISTED_SYMBOLS = "unlisted_symbols"  # a row of a contract that the venue does not list
    HEDGE_MODE = "hedge_mode"
    SLOW_LISTS = "slow_lists"  # position lists are seconds old
    BACKWARD_READS = "backward_reads"  # replicas of different age answer in turn
    SLOW_ANSWERS = "slow_answers"
    EXPLICIT_ZEROS = "explicit_zeros"  # lists show flat legs as rows
    NO_STREAM = "no_stream"  # the venue has none that is understood, and no versions either
    LOST_PUSHES = "lost_pushes"
    DOUBLED_PUSHES = "doubled_pushes"
    REORDERED_PUSHES = "reordered_pushes"
    SILENT_STREAM = "silent_stream"  # connected, and says nothing for a while
    DISCONNECTS = "disconnects"
    FAILING_LISTS = "failing_lists"  # unreachable, malformed, rejected, too late, cut
    FAILING_ORDERS = "failing_orders"  # the same of the lists of orders
    UNNAMED_ROWS = "unnamed_rows"  # rows whose symbol cannot be told for a while
    UNREAD_PARTS = "unread_parts"  # a part of the account that the list does not cover for a while
    CRASHES = "crashes"  # the reconciler is killed and started again
    KILLS = "kills"  # it is killed in the middle of a read or a write
    WALL_STEPS = "wall_steps"  # somebody sets the clock by an hour
    ACKNOWLEDGEMENTS = "acknowledgements"  # a person takes note of alerts
    LEFT_STOPS = "left_stops"  # a stop stays at the venue when its trade is over
    FOREIGN_ORDERS = "foreign_orders"  # somebody else's order rests
    UNNOTED_ENDS = "unnoted_ends"  # a bot never notes that its order has ended


BAD_STOPS = (
    Trouble.MISSING_STOPS,
    Trouble.SHORT_STOPS,
    Trouble.TRIGGERED_STOPS,
    Trouble.DORMANT_STOPS,
    Trouble.WRONG_SIDED_STOPS,
    Trouble.DISTANT_STOPS,
)
"""Ways in which a stop does not guard."""


OF_ORDERS = (Trouble.LEFT_STOPS, Trouble.FOREIGN_ORDERS, Trouble.UNNOTED_ENDS)
"""What befalls orders by themselves: drawn apart, so that all else in a world stays as it was."""


def some(rng: random.Random, apart: random.Random) -> frozenset[Trouble]:
    """Draw the troubles of one world: few, some or many; those of `OF_ORDERS` from `apart`."""
    rate = rng.choice([0.08, 0.2, 0.2, 0.35, 0.5])
    troubles = {trouble for trouble in Trouble if trouble not in OF_ORDERS and rng.random() < rate}
    troubles |= {trouble for trouble in OF_ORDERS if apart.random() < 0.4}
    if Trouble.ACKNOWLEDGEMENTS in troubles:
        # What one alert may do to another shows only where there are several, and where they grow.
        troubles |= {Trouble.OTHERS_TRADE, Trouble.FORGOTTEN_ROWS}
    if troubles & {*BAD_STOPS, Trouble.FIRED_STOPS}:
        troubles |= {Trouble.VENUE_STOPS}
    return frozenset(troubles)

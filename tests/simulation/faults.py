"""What may go wrong in a world. Each seed enables a random few: faults hide one another when all are on."""

import random
from enum import StrEnum


class Fault(StrEnum):
    """One class of trouble. The name is what the report counts."""

    SLOW_LISTS = "slow_lists"  # position lists show the past, up to a minute old
    BACKWARD_READS = "backward_reads"  # replicas of different age answer in turn
    SLOW_ORDERS = "slow_orders"  # an order is not found yet, or its state is old
    SLOW_TRADES = "slow_trades"  # an order's trades lag behind its status
    SLOW_ANSWERS = "slow_answers"  # seconds from request to answer
    LOST_PUSHES = "lost_pushes"
    DOUBLED_PUSHES = "doubled_pushes"
    REORDERED_PUSHES = "reordered_pushes"
    DISCONNECTS = "disconnects"  # pushes of that time are gone; a new epoch begins with a snapshot
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    REJECTED = "rejected"
    HANGING = "hanging"
    CUT_PAGES = "cut_pages"  # the list is longer than one answer
    ALIASES = "aliases"  # a row whose symbol cannot be told
    WRONG_SIDE = "wrong_side"  # the order executes the other way round
    PARTIAL_FILLS = "partial_fills"
    REFUSED_ORDERS = "refused_orders"  # ends with nothing executed
    LATE_FILLS = "late_fills"  # after everybody gave up
    LYING_STATUSES = "lying_statuses"  # ended, with less than the trades show
    EARLIER_POSITIONS = "earlier_positions"  # the leg held something before, or holds it still
    LIQUIDATION = "liquidation"
    OTHERS_TRADE = "others_trade"  # by hand, or another bot: the leg is not exclusive
    SEVERAL_ORDERS = "several_orders"  # two of the bot's orders on one leg
    HEDGE_MODE = "hedge_mode"
    EXPLICIT_ZEROS = "explicit_zeros"  # lists show flat legs as rows
    NO_VERSIONS = "no_versions"
    TIED_VERSIONS = "tied_versions"  # versions are times, and several changes share one
    LOST_IDS = "lost_ids"  # the answer to the order was lost: only our own id is known
    REUSED_IDS = "reused_ids"  # an older order carried the same id of ours
    NO_BASELINE = "no_baseline"  # nothing, or no version, is known of the leg before the order
    LATE_WATCH = "late_watch"  # the question is asked long after the order
    BOT_CACHE = "bot_cache"  # the bot's own cache: stale, missing, broken or hanging
    CROSSED_ACCOUNTS = "crossed_accounts"  # pushes that belong to another account
    WALL_STEPS = "wall_steps"  # somebody sets the clock
    CANCELLED = "cancelled"  # the asker gives up, or the process ends


def some(rng: random.Random) -> frozenset[Fault]:
    """Draw the faults of one world: few, some or many."""
    rate = rng.choice([0.08, 0.2, 0.2, 0.4, 0.7])
    return frozenset(fault for fault in Fault if rng.random() < rate)

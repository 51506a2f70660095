"""Tries are counted by name and address, in bounds of memory, and many at once are no more than that."""

from datetime import timedelta

from dashboard.entrance import lockout
from dashboard.entrance.lockout import Lockout
from tests.dashboard.entrance.doorway import NOON

ZERO = timedelta(0)


def test_a_name_at_which_many_addresses_try_waits_a_minute_and_no_longer() -> None:
    tried = Lockout()
    for number in range(50):
        tried.tries("ann", f"10.0.{number}.1", NOON)
    assert tried.wait("Ann ", "10.9.9.9", NOON) == timedelta(minutes=1)
    assert tried.wait("ann", "10.9.9.9", NOON + timedelta(minutes=1)) == ZERO
    assert tried.wait("bob", "10.9.9.9", NOON) == ZERO


def test_a_subscriber_of_ipv6_is_one_address_however_many_they_use() -> None:
    tried = Lockout()
    for number in range(5):
        tried.tries("ann", f"2001:db8:1:2::{number}", NOON)
    assert tried.wait("ann", "2001:db8:1:2:ffff::1", NOON) > ZERO
    assert tried.wait("ann", "2001:db8:1:3::1", NOON) == ZERO
    for _ in range(5):
        tried.tries("bob", "::ffff:10.0.0.1", NOON)
    assert tried.wait("bob", "10.0.0.1", NOON) > ZERO


def test_whoever_gets_in_leaves_the_failures_of_others_counted() -> None:
    tried = Lockout()
    for number in range(20):
        tried.tries(f"name {number}", "10.0.0.1", NOON)
    tried.tries("ann", "10.0.0.1", NOON)
    tried.succeeds("ann", "10.0.0.1")
    assert tried.wait("ann", "10.0.0.1", NOON) > ZERO


def test_memory_stays_bounded_and_the_latest_are_kept() -> None:
    tried = Lockout()
    for number in range(lockout.MOST_KEYS):
        tried.tries(f"n{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", NOON)
    for _ in range(5):
        tried.tries("ann", "192.0.2.1", NOON + timedelta(seconds=1))
    assert len(tried._tries) <= lockout.MOST_KEYS + 3
    assert tried.wait("ann", "192.0.2.1", NOON + timedelta(seconds=1)) > ZERO

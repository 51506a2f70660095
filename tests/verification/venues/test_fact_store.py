"""The store of facts never goes back, and a new epoch knows nothing until its snapshot."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.verification.venues.samples import NET, moment, seen
from verification.facts.observation import PositionSeen, Silence, Source, SourceSilent
from verification.venues.streaming.fact_store import FactStore


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 20), st.sampled_from(Source))))
def test_versions_never_go_back_whatever_the_order(arrivals: list[tuple[int, int, Source]]) -> None:
    store, highest = FactStore(), 0
    for quantity, version, source in arrivals:
        store.offer(seen(str(quantity), version, source=source))
        highest = max(highest, version)
        latest = store.latest(NET)
        assert isinstance(latest, PositionSeen)
        assert latest.version == highest


def test_an_older_push_changes_nothing() -> None:
    store = FactStore()
    assert store.offer(seen("0", 11))
    assert not store.offer(seen("43", 10))
    latest = store.latest(NET)
    assert isinstance(latest, PositionSeen)
    assert latest.quantity == 0


def test_of_two_pushes_in_one_millisecond_the_later_counts_but_not_a_lists_row() -> None:
    store = FactStore()
    store.offer(seen("20", 10))
    assert store.offer(seen("43", 10))
    assert not store.offer(seen("20", 10, source=Source.REST))


def test_a_row_without_a_version_never_replaces_a_fact_with_one() -> None:
    store = FactStore()
    store.offer(seen("43", 10))
    assert not store.offer(seen("0", None, source=Source.REST))


def test_a_new_epoch_shows_nothing_of_the_last_one() -> None:
    store = FactStore()
    store.offer(seen("43", 10))
    store.begin()
    assert store.latest(NET) is None


def test_a_leg_closed_between_two_epochs_is_absent_from_the_snapshot_and_said_so() -> None:
    store = FactStore()
    store.offer(seen("43", 10))
    store.begin()
    (gone,) = store.take_snapshot([], moment(1), moment(2), epoch=2)
    assert isinstance(gone, SourceSilent)
    assert (gone.silence, gone.complete, gone.provenance.source) == (Silence.ABSENT, True, Source.REST)
    assert store.latest(NET) == gone


def test_a_snapshot_with_a_row_that_nobody_can_name_proves_no_absence() -> None:
    store = FactStore()
    store.offer(seen("43", 10))
    store.begin()
    nameless = replace(seen("43", 11, source=Source.REST), key=replace(NET, symbol="AVLUSDT"))
    gone = store.take_snapshot([nameless], moment(1), moment(2), epoch=2)[-1]
    assert isinstance(gone, SourceSilent)
    assert (gone.key, gone.complete) == (NET, False)


def test_a_leg_that_was_already_flat_is_not_reported_as_gone() -> None:
    store = FactStore()
    store.offer(seen("0", 10))
    store.begin()
    assert store.take_snapshot([], moment(1), moment(2), epoch=2) == []


def test_a_push_that_overtook_the_snapshot_is_kept() -> None:
    store = FactStore()
    store.offer(seen("43", 10))
    store.begin()
    store.offer(seen("50", 12))
    assert store.take_snapshot([seen("43", 10, source=Source.REST)], moment(1), moment(2), epoch=2) == []
    latest = store.latest(NET)
    assert isinstance(latest, PositionSeen)
    assert latest.quantity == Decimal(50)


def test_lives_that_end_before_their_snapshot_do_not_lose_what_was_known_before() -> None:
    store = FactStore()
    store.offer(seen("43", 10))
    store.begin()
    store.begin()
    assert len(store.take_snapshot([], moment(1), moment(2), epoch=3)) == 1

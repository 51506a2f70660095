"""Every account has room on a worker of its address, none is needless, and a second time changes nothing."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cluster.placement import Unplaceable, Worker, not_offered, steps, wanted

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", fullmatch=True)
CONFIGS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30).map(
    lambda text: f"/{text}"
)
VERSIONS = st.sampled_from(["0.1.0", "1.2.3.dev4+g12", "unknown"])
WORKERS = st.builds(
    Worker, st.just("") | NAMES, st.integers(1, 2000), st.integers(1, 10_000), VERSIONS, CONFIGS
)
CLAIMS = st.integers(1, 60)
EGRESSES = st.dictionaries(NAMES, st.sampled_from(["a", "b", "office-7"]), min_size=1, max_size=80) | (
    st.dictionaries(NAMES, st.just(""), min_size=1, max_size=80)
)


def asked(egresses: dict[str, str], claim: int, config: str = "/etc/trueup.toml") -> tuple[Worker, ...]:
    return wanted(egresses, claim=claim, version="0.1.0", config=config)


@given(EGRESSES, CLAIMS)
def test_every_address_has_room_for_its_accounts_and_one_worker_less_would_be_too_few(
    egresses: dict[str, str], claim: int
) -> None:
    workers = Counter(worker.egress for worker in asked(egresses, claim))

    for egress, accounts in Counter(egresses.values()).items():
        assert workers[egress] * claim >= accounts
        assert (workers[egress] - 1) * claim < accounts
    assert workers.keys() == set(egresses.values()), "no worker for an address of no account"


@given(EGRESSES, CLAIMS)
def test_no_two_workers_have_one_name(egresses: dict[str, str], claim: int) -> None:
    names = [str(worker) for worker in asked(egresses, claim)]

    assert len(set(names)) == len(names)


@given(WORKERS)
def test_a_worker_is_read_from_its_name(worker: Worker) -> None:
    assert Worker.read(str(worker)) == worker


@pytest.mark.parametrize(
    "name",
    [
        "",
        "worker",
        "worker a/0 claim=50 version=1 config=/x",
        "worker a/1 claim=0 version=1 config=/x",
        "worker /1 claim=50 version=1 config=/x",
        "worker a/1 claim=50 version=1 config=",
        "somebody else's actor",
    ],
)
def test_what_is_no_workers_name_is_not_taken_for_one(name: str) -> None:
    assert Worker.read(name) is None


@given(EGRESSES, CLAIMS, EGRESSES, CLAIMS, CONFIGS)
def test_the_steps_lead_from_any_cluster_to_the_wanted_one_and_then_there_is_nothing_to_do(
    before: dict[str, str], claim_before: int, after: dict[str, str], claim: int, config: str
) -> None:
    running = {str(worker) for worker in asked(before, claim_before, config)} | {"of another version"}
    workers = asked(after, claim)

    first = steps(workers, running)
    there = (running - set(first.remove)) | set(first.add)

    assert there == {str(worker) for worker in workers}
    assert not set(first.add) & running
    assert set(first.remove) <= running
    again = steps(workers, there)
    assert (again.add, again.remove) == ((), ())
    assert set(again.keep) == there


def test_what_is_asked_for_in_another_way_is_another_worker() -> None:
    old = asked({"main": "a"}, 50)
    for new in (
        asked({"main": "a"}, 20),
        asked({"main": "a"}, 50, "/other.toml"),
        wanted({"main": "a"}, claim=50, version="0.2.0", config="/etc/trueup.toml"),
    ):
        told = steps(new, map(str, old))
        assert (told.add, told.keep, told.remove) == ((str(new[0]),), (), (str(old[0]),))


def test_accounts_without_an_address_beside_others_that_have_one_are_refused_by_name() -> None:
    with pytest.raises(Unplaceable, match="no egress is named for second, third, and one is for others"):
        asked({"first": "a", "third": "", "second": ""}, 50)


def test_where_no_account_names_an_address_any_node_may_have_a_worker() -> None:
    (worker,) = asked({"main": "", "other": ""}, 50)

    assert worker.resource is None
    assert not_offered({"main": "", "other": ""}, [{"CPU": 4.0}]) == {}


@given(EGRESSES, st.lists(st.dictionaries(st.sampled_from(["egress_a", "egress_b", "CPU"]), st.floats(0, 2))))
def test_an_address_that_no_node_offers_is_told_with_each_of_its_accounts(
    egresses: dict[str, str], offers: list[dict[str, float]]
) -> None:
    missing = not_offered(egresses, offers)

    for account, egress in egresses.items():
        offered = any(each.get(f"egress_{egress}", 0) > 0 for each in offers)
        assert (account in missing.get(egress, [])) is (egress != "" and not offered)
    assert all(missing.values())

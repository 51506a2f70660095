"""What a person is told of a cluster: nothing is called well of which that is not known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from reconciler.cluster.placement import Worker
from reconciler.cluster.report import Report
from reconciler.cluster.standing import Picture, Standing, Watched, picture

VERSION = "0.1.0"


def named(egress: str, number: int = 1) -> str:
    return str(Worker(egress, number, 50, VERSION, "/etc/trueup.toml"))


RUNS = Report("box", 71, 1, None, VERSION)
STANDING = Standing(named("a"), "ALIVE", 0, RUNS)
WATCHED = Watched("main", "box 71", looked_at=True)


def seen(
    *workers: Standing,
    watched: Sequence[Watched] = (WATCHED,),
    missing: Mapping[str, Sequence[str]] | None = None,
) -> Picture:
    return picture(workers or (STANDING,), watched, missing or {}, VERSION)


def test_all_is_well_where_each_worker_runs_and_each_account_is_looked_at_by_one() -> None:
    told = seen()

    assert told.well
    assert told.settled
    assert told.workers[0].accounts == ("main",)
    assert told.lines() == ["Every worker runs, and every account is watched by one of them."]


NOT_WELL = {
    "nobody holds an account": ((STANDING,), [WATCHED, Watched("other", None, looked_at=False)], {}),
    "its holder does not look": ((STANDING,), [replace(WATCHED, looked_at=False)], {}),
    "somebody else holds it": ((STANDING,), [replace(WATCHED, holder="box 72")], {}),
    "a worker does not answer": (
        (STANDING, Standing(named("b"), "ALIVE", 0, None)),
        [WATCHED],
        {},
    ),
    "a worker's process has ended": (
        (STANDING, Standing(named("b"), "ALIVE", 0, replace(RUNS, pid=None, last_exit=3))),
        [WATCHED],
        {},
    ),
    "an address is not offered": ((STANDING,), [WATCHED], {"b": ["other"]}),
    "another version runs": ((replace(STANDING, report=replace(RUNS, version="9.9")),), [WATCHED], {}),
    "there is no worker": ((), [replace(WATCHED, holder=None, looked_at=False)], {}),
    "there is no worker, and somebody watches": ((), [WATCHED], {}),
}


@pytest.mark.parametrize("case", NOT_WELL)
def test_what_is_not_well_is_never_called_well(case: str) -> None:
    workers, watched, missing = NOT_WELL[case]
    told = picture(workers, watched, missing, VERSION)

    assert not told.well
    assert told.lines() != seen().lines()
    assert told.document()["well"] is False


def test_an_address_that_no_node_offers_comes_first_with_its_accounts_and_what_to_do() -> None:
    waits = Standing(named("b"), "PENDING_CREATION", 0, None)
    told = seen(
        STANDING, waits, watched=[WATCHED, Watched("other", None, looked_at=False)], missing={"b": ["other"]}
    )

    first, second = told.lines()
    assert first.startswith("NO NODE OFFERS egress_b: no worker can watch other.")
    assert first.endswith("""--resources '{"egress_b": 1}'""")
    assert second == "NOBODY WATCHES other."
    assert [each.word for each in told.workers] == ["runs", "waits for a node that offers its egress"]
    assert told.settled, "waiting for longer mends nothing"


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (Standing(named("a"), "RESTARTING", 1, None), "is being placed"),
        (Standing(named("a"), "ALIVE", 1, None), "does not answer"),
        (Standing(named("a"), "", None, None), "does not answer"),
        (
            Standing(named("a"), "ALIVE", 0, replace(RUNS, pid=None, last_exit=3)),
            "ended with exit code 3, is begun again",
        ),
        (
            Standing(named("a"), "ALIVE", 0, replace(RUNS, pid=None, said="the system begins no process")),
            "the system begins no process",
        ),
    ],
)
def test_a_worker_that_does_not_run_is_told_with_what_is_known_of_it(standing: Standing, word: str) -> None:
    told = seen(standing)

    assert told.workers[0].word == word
    assert f"Workers that do not run: a/1 {word}. What they say stands in Ray's logs." in told.lines()
    assert not told.settled


def test_beginnings_by_ray_and_on_the_node_are_counted_together_and_not_guessed() -> None:
    assert replace(STANDING, restarts=2, report=replace(RUNS, begun=4)).begun_again == 5
    assert replace(STANDING, restarts=None).begun_again is None
    assert replace(STANDING, report=None).begun_again is None


def test_workers_stand_in_the_order_of_their_numbers() -> None:
    told = seen(*(Standing(named("a", number), "ALIVE", 0, None) for number in (10, 2, 1)))

    assert [each.place for each in told.workers] == ["a/1", "a/2", "a/10"]


def test_a_report_of_another_form_is_no_report() -> None:
    assert Report.read(RUNS.document()) == RUNS
    assert Report.read({**RUNS.document(), "of a later version": 1}) == RUNS
    assert Report.read({"host": "box"}) is None

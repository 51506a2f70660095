"""Which alert says more of another: the same one as if each were held against every other."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import quiet
from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.spec import Subject
from reconciler.kinds.registry import spec_of
from tests.reconciler.alert_life import after
from tests.reconciler.alerts.test_what_is_quiet import alert, held

SYMBOLS = ("BTC/USDT:USDT", "rest")


def followed(alerts: Sequence[Alert]) -> dict[int, int]:
    """Hold each against every other, in their order: the numbers of what is quiet, and of what says more."""
    found: dict[int, int] = {}
    for one in alerts:
        if one.hold is not None or spec_of(one.key.kind).always_told:
            continue
        for other in alerts:
            silent = other.hold is not None or other.state is AlertState.RECOVERING
            if not silent and other.key.account == one.key.account and says_more(other, one):
                found[one.id] = other.id
                break
    return found


def says_more(other: Alert, one: Alert) -> bool:
    mine, theirs = spec_of(one.key.kind), spec_of(other.key.kind)
    if other.key.kind not in mine.follows_from:
        return False
    if list(Severity).index(other.severity) < list(Severity).index(one.severity):
        return False
    of_all = {Subject.WATCH, Subject.CLOCK, Subject.KEYS}
    of_the_exchange = {Subject.SOURCE, Subject.PUSHES}
    same_place = (other.key.symbol, other.key.leg) == (one.key.symbol, one.key.leg)
    alike = theirs.subject is mine.subject or {theirs.subject, mine.subject} <= of_the_exchange
    return theirs.subject in of_all or (same_place if alike else mine.subject is Subject.LEG)


def drawn_alerts() -> st.SearchStrategy[list[Alert]]:
    one = st.builds(
        alert,
        st.just(0),
        st.sampled_from(Kind),
        st.sampled_from(SYMBOLS),
        account=st.sampled_from(("main", "other")),
        state=st.sampled_from((AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING)),
        severity=st.sampled_from(Severity),
        hold=st.sampled_from((None, None, held())),
    )
    return st.lists(one, max_size=12)


@given(drawn_alerts())
def test_it_is_the_first_that_would_be_found_by_holding_each_against_every_other(drawn: list[Alert]) -> None:
    numbered = [replace(each, id=number) for number, each in enumerate(drawn, 1)]

    found = quiet(numbered, [], now=after(2))

    assert {number: each.alert for number, each in found.items() if each.alert is not None} == followed(
        numbered
    )

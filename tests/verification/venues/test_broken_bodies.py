"""Bodies are damaged one place at a time, and the whole one is left as it was."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.verification.venues.broken_bodies import broken, once, places, with_a_key_twice

BODY = {"result": {"list": [{"size": "43", "seq": 7}]}, "time": 1_700_000_000_000}


def test_every_value_of_a_body_is_a_place() -> None:
    assert ("result", "list", 0, "size") in set(places(BODY))
    assert len(list(places(BODY))) == 7


def test_each_place_is_dropped_nulled_and_retyped() -> None:
    done = {each.what: each.body for each in once(BODY)}
    assert done["result.list.0.size is dropped"] == {
        "result": {"list": [{"seq": 7}]},
        "time": 1_700_000_000_000,
    }
    assert done["result.list is null"]["result"] == {"list": None}
    assert done["result.list.0.size is '4e23'"]["result"]["list"][0]["size"] == "4e23"
    assert done["time is in seconds"]["time"] == 1_700_000_000
    assert len(done["result.list tells its rows twice"]["result"]["list"]) == 2


@given(st.data())
def test_a_damaged_body_is_never_the_whole_one(data: st.DataObject) -> None:
    assert data.draw(broken(BODY, most=1)).body != BODY


def test_a_key_can_stand_twice() -> None:
    texts = list(with_a_key_twice(BODY))
    assert '"size": "43", "seq": 7, "size": "another"' in texts[2]
    assert all(isinstance(json.loads(each), dict) for each in texts)

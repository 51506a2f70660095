"""An answer from a phone does its work once, for what the message showed, and is always written down."""

import dataclasses
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.policy import Acknowledge, AlertSettings, Clear, Detected, Observed
from reconciler.alerts.seen import seen_of
from reconciler.facts.finding import Severity
from reconciler.notify.reply import BUTTONS, Offer, Outcome, Reply, minute, read_back, sent_back
from reconciler.storage import alerts, persons, replies
from reconciler.storage.database import Database
from reconciler.storage.decisions import TRANSITION
from tests.reconciler.alert_life import SEEN_FLAT, after, finding

SETTINGS = AlertSettings()
BAD = finding(severity=Severity.CRITICAL)
TOKEN = "t0ken"
PRESSED = Reply(
    number="700 q1",
    cursor="42:701",
    by="ada",
    called="telegram:ada",
    token=TOKEN,
    note="closing by hand",
    place="9",
    handle="query:q1",
)


def find(database: Database, minute: float = 0, **more: object) -> Alert:
    found = dataclasses.replace(BAD, **more)  # type: ignore[arg-type]
    observed = Observed((Detected(found, after(minute), confirmed=True),))
    with database.write() as connection:
        (change,) = alerts.observe(connection, observed, SETTINGS, now=after(minute))
    return change.alert


def offer(database: Database, *told: Alert, minute: float = 0, place: str = "9") -> None:
    made = Offer(
        "m1", "phone", TOKEN, "NEW CRITICAL", after(minute), tuple((each.id, seen_of(each)) for each in told)
    )
    with database.write() as connection:
        replies.store_offer(connection, made)
        replies.place_offer(connection, "m1", place)


def hear(database: Database, reply: Reply = PRESSED, minute: float = 1, channel: str = "phone") -> Outcome:
    with database.write() as connection:
        return replies.hear(connection, channel, reply, SETTINGS, now=after(minute))


def stored(database: Database) -> dict[int, Alert]:
    with database.read() as connection:
        return {each.id: each for each in alerts.open_alerts(connection)}


def written(database: Database) -> list[tuple[str, bool]]:
    with database.read() as connection:
        return [(each.by, each.taken) for each in reversed(replies.replies(connection))]


def again(reply: Reply, number: str, **more: str) -> Reply:
    return dataclasses.replace(reply, number=number, **more)


def test_a_button_acknowledges_in_the_persons_name_with_what_it_says(database: Database) -> None:
    alert = find(database)
    offer(database, alert)

    outcome = hear(database)

    given = stored(database)[alert.id].acknowledgement
    assert given is not None
    assert (given.by, given.note, given.until) == ("ada", "closing by hand", after(16))
    assert outcome == Outcome(taken=True, told="AVL/USDT:USDT: acknowledged by ada, until 12:16 UTC.")
    with database.read() as connection:
        last = connection.execute(sa.select(TRANSITION).order_by(TRANSITION.c.id.desc())).first()
    assert last is not None
    assert (last.actor, last.origin) == ("ada", "telegram")
    assert written(database) == [("telegram:ada", True)]


def test_what_is_heard_once_more_after_a_crash_says_the_same_and_does_nothing_twice(
    database: Database,
) -> None:
    alert = find(database)
    offer(database, alert)

    first = hear(database)
    version = stored(database)[alert.id].version
    second = hear(database, minute=2)

    assert second == first
    assert stored(database)[alert.id].version == version
    assert written(database) == [("telegram:ada", True)]
    with database.read() as connection:
        assert replies.cursor_of(connection, "phone") == "42:701"


def test_a_token_is_good_once(database: Database) -> None:
    alert = find(database)
    offer(database, alert)
    hear(database)

    replayed = hear(database, again(PRESSED, "701 q2"), minute=2)

    assert not replayed.taken
    assert "ada has used this message's buttons at 12:01:00 UTC" in replayed.told
    assert written(database) == [("telegram:ada", True), ("telegram:ada", False)]


@pytest.mark.parametrize(
    ("reply", "channel", "said"),
    [
        (again(PRESSED, "1", token="forged"), "phone", "no message that Trueup has sent"),
        (PRESSED, "other", "no message that Trueup has sent"),
        (again(PRESSED, "1", place="8"), "phone", "no message that Trueup has sent"),
        (again(PRESSED, "1", refused="Nothing was done: chat 5 is not"), "phone", "chat 5 is not"),
    ],
)
def test_what_is_forged_or_of_another_place_is_refused_and_written_down(
    database: Database, reply: Reply, channel: str, said: str
) -> None:
    alert = find(database)
    offer(database, alert)

    outcome = hear(database, reply, channel=channel)

    assert not outcome.taken
    assert said in outcome.told
    assert stored(database)[alert.id].state is AlertState.FIRING
    assert written(database) == [("telegram:ada", False)]


def test_a_stranger_is_refused_and_told_nothing_but_where_they_press_a_button(database: Database) -> None:
    alert = find(database)
    offer(database, alert)
    stranger = again(PRESSED, "1", by="", called="telegram:user 666", refused="user 666 is not among them")

    pressed, wrote = hear(database, stranger), hear(database, again(stranger, "2", token="", note="/start"))

    assert pressed == Outcome(taken=False, told="user 666 is not among them")
    assert wrote == Outcome(taken=False, told="")
    assert stored(database)[alert.id].state is AlertState.FIRING
    assert written(database) == [("telegram:user 666", False)] * 2


def test_what_nobody_offered_is_not_written_down_in_a_known_persons_name(database: Database) -> None:
    anybody = again(PRESSED, "1", called="ntfy:ada", stranger="ntfy:somebody")

    assert hear(database, anybody) == Outcome(taken=False, told="")
    assert written(database) == [("ntfy:somebody", False)]


def test_a_token_expires(database: Database) -> None:
    alert = find(database)
    offer(database, alert)

    outcome = hear(database, minute=24 * 60 + 1)

    assert not outcome.taken
    assert "which is too long ago" in outcome.told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"exposure": Decimal(5000)}, "1,000 USDT exposed then, 5,000 USDT now"),
        ({"severity": Severity.CRITICAL}, "it was warning and is critical"),
    ],
)
def test_what_got_worse_since_the_message_is_refused_with_what_has_changed(
    database: Database, more: dict[str, object], said: str
) -> None:
    alert = find(database, severity=Severity.WARNING)
    offer(database, alert)
    find(database, 1, **{"severity": Severity.WARNING, **more})

    outcome = hear(database, minute=2)

    assert not outcome.taken
    assert "NOT acknowledged: it has become worse since this message" in outcome.told
    assert said.replace(",", "") in outcome.told.replace(",", "")
    assert stored(database)[alert.id].state is AlertState.FIRING


def test_a_message_of_several_is_answered_for_all_and_says_which_was_not(database: Database) -> None:
    avl = find(database)
    btc = find(database, symbol="BTC/USDT:USDT")
    offer(database, avl, btc)
    find(database, 1, symbol="BTC/USDT:USDT", exposure=Decimal(9000))

    outcome = hear(database, minute=2)

    assert outcome.taken
    assert "AVL/USDT:USDT: acknowledged by ada" in outcome.told
    assert "BTC/USDT:USDT is NOT acknowledged" in outcome.told
    states = {number: alert.state for number, alert in stored(database).items()}
    assert states == {avl.id: AlertState.ACKNOWLEDGED, btc.id: AlertState.FIRING}


def test_a_reply_in_words_is_the_note_and_another_one_is_kept_beside_it(database: Database) -> None:
    alert = find(database)
    offer(database, alert)
    words = again(PRESSED, "1", token="", note="on the train, closing it from the app")

    first = hear(database, words)
    second = hear(database, again(words, "2", note="closed half"), minute=2)

    assert first.taken
    assert second == Outcome(taken=True, told="AVL/USDT:USDT: your note is kept.")
    given = stored(database)[alert.id].acknowledgement
    assert given is not None
    assert given.note == "on the train, closing it from the app"
    with database.read() as connection:
        reasons = connection.execute(sa.select(TRANSITION.c.reason).order_by(TRANSITION.c.id)).scalars().all()
    assert reasons[-1] == "closed half"


def test_words_that_answer_nothing_do_nothing_and_say_how(database: Database) -> None:
    outcome = hear(database, again(PRESSED, "1", token="", place="", note="hello"))

    assert not outcome.taken
    assert "reply to that message in words" in outcome.told


def test_what_is_over_is_said_to_be_over(database: Database) -> None:
    alert = find(database)
    offer(database, alert)
    gone = Observed(clear={BAD.identity: Clear(SEEN_FLAT, after(3))})
    for at in (3, 4):
        clear = dataclasses.replace(gone.clear[BAD.identity], at=after(at))
        with database.write() as connection:
            alerts.observe(connection, Observed(clear={BAD.identity: clear}), SETTINGS, now=after(at))

    outcome = hear(database, minute=5)

    told = "AVL/USDT:USDT: resolved at 12:04 UTC. There is nothing left to do."
    assert outcome == Outcome(taken=False, told=told)


def test_a_message_shows_what_was_done_elsewhere_and_its_end(database: Database) -> None:
    alert = find(database)
    offer(database, alert)
    with database.read() as connection:
        assert replies.outdated(connection, "phone", now=after(1)) == ()
    said = Acknowledge("bob", "mine", after(1), "dashboard")
    with database.write() as connection:
        persons.say(connection, alert.id, said, SETTINGS, now=after(1))
        (shown,) = replies.outdated(connection, "phone", now=after(1))
        replies.store_shown(connection, shown, now=after(1))

    assert shown.standing == "Acknowledged by bob, until 12:16 UTC (mine)"
    with database.write() as connection:
        assert replies.outdated(connection, "phone", now=after(2)) == ()
        alerts.observe(connection, Observed(), SETTINGS, now=after(17))
        (then,) = replies.outdated(connection, "phone", now=after(17))
    assert then.standing == "Nobody has it any more: see the newest message."


def test_a_flood_of_strangers_fills_no_disk(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "REFUSED_KEPT", 5)
    alert = find(database)
    offer(database, alert)
    hear(database)
    for number in range(20):
        hear(database, again(PRESSED, f"x{number}", refused="no"))

    with database.write() as connection:
        replies.prune_replies(connection, now=after(60))

    assert written(database) == [("telegram:ada", True)] + [("telegram:ada", False)] * 5
    with database.write() as connection:
        replies.prune_replies(connection, now=after(0) + timedelta(days=8))
        assert connection.execute(sa.select(replies.OFFER)).all() == []
        assert connection.execute(sa.select(replies.OFFERED)).all() == []


def test_a_time_is_told_with_its_day_only_where_that_is_not_plain() -> None:
    late = after(11 * 60 + 58)

    assert minute(after(12 * 60 + 13), late) == "00:13 UTC"
    assert minute(after(26 * 60), late) == "2026-03-02 14:00 UTC"


def test_every_button_fits_into_what_telegram_allows_and_is_read_back() -> None:
    token = "x" * 24
    for button in BUTTONS:
        data = sent_back(button, token)
        assert len(data.encode()) <= 64
        assert read_back(data) == (button.note, token)
    assert read_back("z:abc") == read_back("l:") == read_back("") == ("", "")

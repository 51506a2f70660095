"""People are told of alerts on their channels, soon, once, and in a message that carries the decision."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.console import Console
from reconciler.facts.finding import Kind
from reconciler.notify.answer import Answer
from reconciler.notify.channel import Channel
from tests.reconciler.claimed import claimed
from tests.reconciler.notify.desk import Desk, Inbox, Points, Story, hours, play, state_in

AVL, BTC, ETH = "AVL/USDT:USDT", "BTC/USDT:USDT", "ETH/USDT:USDT"
PHONE = Channel("phone")
SO = "is held on the exchange and the bot does not know it"
WAS_SO = "was held on the exchange and the bot did not know it"


def told(folder: Path, story: Story, *more: tuple[Channel, Inbox], phone: Channel = PHONE) -> Inbox:
    inbox = Inbox()
    play(state_in(folder), story, [(phone, inbox), *more])
    return inbox


def down(until: float, *, status: int = 503, wait: float | None = None) -> Inbox:
    refusal = Answer(taken=False, said=f"HTTP {status}", status=status, wait=wait)
    well = Answer(taken=True, said="HTTP 200", status=200)
    return Inbox(answers=lambda at: refusal if at < until else well)


def test_what_fires_is_told_within_seconds_and_its_end_with_how_long_it_was(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.until(10)
        await desk.find(critical=True)
        await desk.until(70)
        await desk.clear()
        await desk.until(75)
        await desk.clear()
        await desk.until(100)

    first, last = told(tmp_path, story).got

    assert first.at < 14
    assert first.title == f"NEW CRITICAL: AVL/USDT:USDT {SO}"
    assert first.body.splitlines() == [
        f"NEW CRITICAL: AVL/USDT:USDT {SO}",
        "long 86 AVL, 1000 USDT exposed, account main",
        "since 10:00:10 UTC, for 2 s",
        "the exchange holds 86, the bot knows 43",
        (
            "First: Open AVL/USDT:USDT of account main on the exchange. "
            "If it has no stop, place a reduce-only one for all of it now."
        ),
        "https://trueup.example.com/alert?id=1",
    ]
    assert last.at < 80
    assert last.title == f"RESOLVED: AVL/USDT:USDT {WAS_SO} for 1 m 5 s"


def test_what_comes_at_once_is_one_message_that_names_every_position_worst_first(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.until(10)
        for symbol in (AVL, ETH):
            await desk.find(symbol)
            await asyncio.sleep(0.5)
        await desk.find(BTC, critical=True)
        await desk.until(30)

    (message,) = told(tmp_path, story).got

    assert message.alerts == [3, 1, 2]
    assert message.title == f"3 alerts need you: NEW CRITICAL: BTC/USDT:USDT {SO}"


def test_hundreds_at_once_are_all_named_in_as_many_messages_as_that_takes(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.until(10)
        for number in range(100):
            await desk.find(f"C{number:03}/USDT:USDT")
        await desk.until(120)

    inbox = told(tmp_path, story)

    named = [number for each in inbox.got for number in each.alerts]
    assert sorted(named) == list(range(1, 101))
    assert all(len(each.body) < 4096 for each in inbox.got)


def test_what_nobody_attends_to_is_told_again_with_how_long_it_is_so(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.find(critical=True)
        await desk.until(hours(1))

    inbox = told(tmp_path, story)

    assert 11 <= len(inbox.got) <= 12
    assert inbox.got[-1].title.startswith(f"STILL CRITICAL: AVL/USDT:USDT {SO}, for 5")


def test_nobody_is_called_while_somebody_attends_to_it(tmp_path: Path) -> None:
    desk_inbox, called = Inbox(), Inbox()

    async def story(desk: Desk) -> None:
        await desk.find(critical=True)
        await desk.until(100)
        with Console.open(state_in(tmp_path), clock=desk.clock) as console:
            console.commands.acknowledge(1, by="ann", note="looking", origin="cli")
        desk.notifying.changed(recorded=True)
        await desk.until(800)

    call = Channel("call", after=timedelta(minutes=3))
    play(state_in(tmp_path), story, [(PHONE, desk_inbox), (call, called)])

    assert [each.heads for each in desk_inbox.got] == [["NEW"]]
    assert called.got == []


def test_who_is_to_be_called_is_called_when_nobody_attends_to_it(tmp_path: Path) -> None:
    called = Inbox()

    async def story(desk: Desk) -> None:
        await desk.find(critical=True)
        await desk.until(200)

    call = Channel("call", after=timedelta(minutes=3), repeat=timedelta(0))
    told(tmp_path, story, (call, called))

    (message,) = called.got
    assert 180 <= message.at < 186
    assert message.title.startswith("NOBODY ATTENDS TO IT CRITICAL: AVL/USDT:USDT")


def test_a_receiver_that_was_down_for_an_hour_is_told_all_that_is_owed_with_its_age(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.until(10)
        await desk.find(AVL, critical=True)
        await desk.until(600)
        await desk.find(ETH)
        await desk.until(1200)
        await desk.clear(ETH)
        await desk.until(1210)
        await desk.clear(ETH)
        await desk.until(hours(1.2))

    inbox = down(hours(1))
    play(state_in(tmp_path), story, [(Channel("phone", repeat=timedelta(0)), inbox)])

    (message,) = inbox.got
    assert message.alerts == [1, 3], "the second is that of the channel itself"
    assert message.heads == ["NEW", "OVER BY NOW"]
    assert message.body.startswith("Told late: the first of this was owed at 10:00:10 UTC, 1 h")
    assert message.body.splitlines()[-1] == (
        f"OVER BY NOW: ETH/USDT:USDT {WAS_SO} for 10 m 10 s (main, https://trueup.example.com/alert?id=3)"
    )
    assert 10 < len(inbox.tried) < 30, "it is tried again, and not all the time"


def test_a_channel_that_asks_for_it_is_left_alone_for_so_long_by_the_next_process_too(tmp_path: Path) -> None:
    inbox = down(100, status=429, wait=300)

    async def story(desk: Desk) -> None:
        await desk.find()
        await desk.until(100)

    async def later(desk: Desk) -> None:
        await desk.until(500)

    play(state_in(tmp_path), story, [(PHONE, inbox)])
    play(state_in(tmp_path), later, [(PHONE, inbox)], begins=100)

    first, second = inbox.tried
    assert first + 300 < second < first + 305
    assert len(inbox.got) == 1


def test_a_channel_that_fails_is_an_alert_on_the_others_until_it_works(tmp_path: Path) -> None:
    broken, desk_inbox = down(300), Inbox()

    async def story(desk: Desk) -> None:
        await desk.find()
        await desk.until(290)
        with Console.open(state_in(tmp_path), clock=desk.clock) as console:
            assert Kind.NOTIFIER_FAILED in {alert.key.kind for alert in console.queries.now().alerts}
            (state,) = [each for each in console.queries.now().channels if each.name == "broken"]
            assert state.failing_since is not None
            assert state.said == "HTTP 503"
        await desk.until(700)

    play(state_in(tmp_path), story, [(PHONE, desk_inbox), (Channel("broken"), broken)])

    titles = [each.title for each in desk_inbox.got]
    assert titles[1] == "NEW WARNING: messages cannot be sent on broken"
    assert titles[2].startswith("RESOLVED: messages could not be sent on broken for ")
    assert broken.heads() == {(1, "NEW"): 1}


def test_a_channel_whose_address_is_wrong_is_told_at_once_and_of_the_only_one_that_is_an_emergency(
    tmp_path: Path,
) -> None:
    broken = down(9999, status=401)

    async def story(desk: Desk) -> None:
        await desk.find()
        await desk.until(10)
        with Console.open(state_in(tmp_path), clock=desk.clock) as console:
            alerts = {alert.key.kind: alert for alert in console.queries.now().alerts}
        assert alerts[Kind.NOTIFIER_FAILED].severity == "critical"
        assert "no other channel takes any" in alerts[Kind.NOTIFIER_FAILED].reason

    play(state_in(tmp_path), story, [(PHONE, broken)])


def test_a_channel_that_hangs_delays_no_other(tmp_path: Path) -> None:
    hanging = Inbox(takes=9999)

    async def story(desk: Desk) -> None:
        await desk.find()
        await desk.until(10)

    inbox = told(tmp_path, story, (Channel("hanging"), hanging))

    assert [each.at < 4 for each in inbox.got] == [True]


def test_each_message_is_kept_with_its_delivery_and_shown_with_its_alert(tmp_path: Path) -> None:
    inbox = down(60)

    async def story(desk: Desk) -> None:
        await desk.find()
        await desk.until(200)
        with Console.open(state_in(tmp_path), clock=desk.clock) as console:
            (kept,) = console.queries.alert(1).messages
        assert (kept.channel, kept.why, kept.said) == ("phone", "first", "HTTP 200")
        assert kept.attempts == len(inbox.tried)
        assert kept.at - kept.tried_at > timedelta(seconds=50)
        assert kept.title == inbox.got[0].title

    play(state_in(tmp_path), story, [(PHONE, inbox)])


def lives(folder: Path, stories: Sequence[Story], inbox: Inbox) -> None:
    at = 0.0
    for story in stories:
        at = play(state_in(folder), story, [(PHONE, inbox)], begins=at)


def test_what_was_told_is_not_told_again_by_the_next_process(tmp_path: Path) -> None:
    inbox = Inbox()

    async def found(desk: Desk) -> None:
        await desk.find()
        await desk.until(30)

    async def still(desk: Desk) -> None:
        await desk.find()
        await desk.until(60)

    lives(tmp_path, [found, still], inbox)

    assert inbox.heads() == {(1, "NEW"): 1}


def test_only_who_has_the_lease_tells(tmp_path: Path) -> None:
    inbox = Inbox()

    async def story(desk: Desk) -> None:
        await desk.find()
        await claimed(desk.store, desk.clock)  # another process has it from here on
        await desk.until(30)

    play(state_in(tmp_path), story, [(PHONE, inbox)], Points())

    assert inbox.got == []


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_step_of_the_wall_clock_loses_nothing(tmp_path: Path, seconds: int) -> None:
    async def story(desk: Desk) -> None:
        await desk.find(AVL)
        await desk.until(20)
        desk.clock.step(timedelta(seconds=seconds))
        desk.notifying.wake()
        await desk.find(ETH)
        await desk.until(40)

    heads = told(tmp_path, story).heads()

    assert {(1, "NEW"), (2, "NEW")} <= set(heads)


def test_what_was_sent_while_the_state_database_is_busy_is_marked_later(
    tmp_path: Path,
) -> None:
    async def story(desk: Desk) -> None:
        await desk.find()
        await desk.until(2.1)  # it is being sent
        desk.points.busy = True
        await desk.until(60)
        desk.points.busy = False
        await desk.until(120)

    assert told(tmp_path, story).heads() == {(1, "NEW"): 1}


def test_that_an_account_was_taken_out_is_told_by_whoever_goes_on(tmp_path: Path) -> None:
    inbox = Inbox()

    async def found(desk: Desk) -> None:
        await desk.find()
        await desk.until(30)
        await desk.held.forget("account main is no longer in the settings", now=desk.clock.now().utc)

    async def without_it(desk: Desk) -> None:
        await desk.until(60)
        with Console.open(state_in(tmp_path), clock=desk.clock) as console:
            assert [watch.account for watch in console.queries.watches()] == ["other"]

    at = play(state_in(tmp_path), found, [(PHONE, inbox)])
    play(state_in(tmp_path), without_it, [(PHONE, inbox)], begins=at, accounts=frozenset({"other"}))

    assert inbox.heads() == {(1, "NEW"): 1, (1, "WATCHED NO MORE"): 1}


def test_what_a_person_wants_quiet_waits_and_is_not_dropped(tmp_path: Path) -> None:
    inbox = down(60)

    async def story(desk: Desk) -> None:
        await desk.find()
        await desk.until(30)
        with Console.open(state_in(tmp_path), clock=desk.clock) as console:
            until = desk.clock.now().utc + timedelta(minutes=15)
            console.commands.snooze(1, by="ann", note="", origin="cli", until=until)
        await desk.until(60 * 15.52)
        await desk.find()
        await desk.until(60 * 17)

    play(state_in(tmp_path), story, [(PHONE, inbox)])

    assert [each.at > 60 * 15 for each in inbox.got] == [True]
    assert [each.alerts for each in inbox.got] == [[1]]


def test_the_first_channel_hears_of_what_fires_and_not_of_all_that_was_over_before(tmp_path: Path) -> None:
    async def without(desk: Desk) -> None:
        await desk.find(AVL)
        await desk.find(ETH)
        for seconds in (4, 8):
            await desk.until(seconds)
            await desk.clear(AVL)

    async def later(desk: Desk) -> None:
        await desk.until(60)

    inbox = Inbox()
    at = play(state_in(tmp_path), without, [])
    play(state_in(tmp_path), later, [(PHONE, inbox)], begins=at)

    assert inbox.heads() == {(2, "NEW"): 1}


def test_what_comes_and_goes_after_the_clock_was_set_back_is_told(tmp_path: Path) -> None:
    inbox = down(20)

    async def story(desk: Desk) -> None:
        desk.clock.step(timedelta(hours=-1))
        await desk.find()
        await desk.until(5)
        await desk.clear()
        await desk.until(10)
        await desk.clear()
        await desk.until(60)

    play(state_in(tmp_path), story, [(PHONE, inbox)])

    assert inbox.heads() == {(1, "OVER BY NOW"): 1}

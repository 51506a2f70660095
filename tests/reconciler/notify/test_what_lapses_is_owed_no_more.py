"""What is owed to a channel that fails is owed as long as it is so, and no longer."""

from pathlib import Path

from reconciler.console import Console
from reconciler.notify.answer import Answer
from reconciler.notify.channel import Channel
from tests.reconciler.notify.desk import Desk, Inbox, play, state_in


def test_what_has_lapsed_is_owed_no_more_although_its_channel_fails(tmp_path: Path) -> None:
    owed: list[float | None] = []
    refusal = Answer(taken=False, said="HTTP 503", status=503)
    inbox = Inbox(answers=lambda at: refusal if at > 60 else Answer(taken=True, said="HTTP 200", status=200))

    async def story(desk: Desk) -> None:
        await desk.find(critical=True)
        await desk.until(450)  # the reminder of five minutes has failed
        owed.append(desk.notifying.oldest_owed())
        with Console.open(state_in(tmp_path), clock=desk.clock) as console:
            console.commands.acknowledge(1, by="ann", note="on it", origin="dashboard")
        desk.notifying.changed(recorded=True)
        await desk.until(700)
        owed.append(desk.notifying.oldest_owed())

    play(state_in(tmp_path), story, [(Channel("phone"), inbox)])

    assert owed[0] is not None
    assert owed[0] > 120
    assert owed[1] == 0

"""The channels on which people are told: how each fares, and a button that has it tried.

The page sends nothing itself: it stores that somebody wants a test, the reconciler sends it and answers here.
"""

from datetime import timedelta

import streamlit as st

from dashboard import state_reader
from dashboard.escape import plain
from dashboard.identity import may
from dashboard.look.colours import Tone
from dashboard.look.markup import icon, said, whole
from dashboard.look.panel import head
from dashboard.words import moments
from dashboard.words import numbers as words
from reconciler.console import AlertCommandError, StateDatabaseError
from reconciler.facts.message import ChannelView
from reconciler.facts.person import Deed
from reconciler.views.health import ChannelTestView, HealthView
from reconciler.views.now import NowView

_ANSWERS_WITHIN = timedelta(seconds=60)
_REFUSED = "channel-test-refused"


def channels(view: NowView, health: HealthView) -> None:
    """Show one line a channel, with its button."""
    tests = {each.channel: each for each in health.tests}
    with st.container(key="panel-channels", gap="xsmall"):
        st.html(head("Messages", note=_owed(view, health)))
        for channel in view.channels:
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.html(_line(channel, tests.get(channel.name), view), width="stretch")
                st.button(
                    "Test",
                    key=f"test-{channel.name}",
                    icon=":material/send:",
                    help=f"Send a test message on {plain(channel.name, 60)}",
                    disabled=not may(Deed.TEST_CHANNEL) or _is_tried(tests.get(channel.name), view),
                    on_click=_try,
                    args=(channel.name,),
                )
        if not view.channels:
            st.html('<div class="t-body">No channel is set up: only these screens tell of anything.</div>')
        refused = st.session_state.get(_REFUSED)
        if refused:
            st.html(f'<div class="t-body">{said(str(refused), Tone.WARNING, sign="error")}</div>')


def _try(channel: str) -> None:
    st.session_state.pop(_REFUSED, None)
    try:
        state_reader.try_channel(channel)
    except (AlertCommandError, StateDatabaseError) as error:
        st.session_state[_REFUSED] = f"{channel}: {error}"


def _owed(view: NowView, health: HealthView) -> str:
    if not view.channels:
        return ""
    if not health.owed or health.oldest_owed is None:
        return "nothing waits; what cannot be delivered is kept until it is"
    age = words.duration(view.read_at - health.oldest_owed)
    return f"{words.count(health.owed, 'change')} not told yet, the oldest for {age}; kept until delivered"


def _line(channel: ChannelView, test: ChannelTestView | None, view: NowView) -> str:
    now = view.read_at
    last = "no message yet" if channel.taken_at is None else f"last taken {moments.at(channel.taken_at, now)}"
    if channel.failing_since is None:
        state = said("takes messages", Tone.GOOD, sign="check_circle") if channel.taken_at else ""
    else:
        again = (
            ""
            if channel.next_at is None or channel.next_at <= now
            else (f", next try in {words.duration(channel.next_at - now)}")
        )
        lasting = words.duration(now - channel.failing_since)
        state = said(f"refuses for {lasting}{again}: {channel.said}", Tone.WARNING, sign="schedule")
    answer = "" if test is None else f"<br>{_answer(test, view)}"
    return (
        f'<div class="t-channel"><b>{whole(words.shortened(channel.name))}</b> '
        f'<span class="t-second">{whole(last)}</span> {state}{answer}</div>'
    )


def _is_tried(test: ChannelTestView | None, view: NowView) -> bool:
    return test is not None and test.answered_at is None and view.read_at - test.asked_at < _ANSWERS_WITHIN


def _answer(test: ChannelTestView, view: NowView) -> str:
    asked = f"Test by {test.asked_by or 'somebody'}, {moments.at(test.asked_at, view.read_at)}"
    if test.answered_at is not None:
        took = words.duration(test.answered_at - test.asked_at)
        if test.taken:
            return said(f"{asked}: taken within {took}", Tone.GOOD, sign="check_circle")
        return said(f"{asked}: not taken: {test.said}", Tone.CRITICAL, sign="error")
    if _is_tried(test, view):
        return (
            f'{icon("hourglass_bottom")}<span class="t-second">{whole(asked)}: waiting for the answer</span>'
        )
    return said(f"{asked}: no answer came; is the reconciler running?", Tone.WARNING, sign="error")

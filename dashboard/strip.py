"""What stands on top of every page: the sentence, each account's heartbeat, every source, the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import streamlit as st

from dashboard import favicon, state_reader
from dashboard.escape import WHOLE, markdown
from dashboard.redrawing import strip_part
from dashboard.silence import beat
from dashboard.words import numbers as words
from dashboard.words.verdict import Level, Unread, Verdict, blind, judge
from reconciler.alerts.wording import sight
from reconciler.facts.heartbeat import Heartbeat, HeartbeatState
from reconciler.facts.message import ChannelView
from reconciler.sight.account_state import accounts_of, heartbeat_of, holder_of, is_unheard
from reconciler.views.account import SourceView
from reconciler.views.now import NowView

_SERVED_WITHIN = timedelta(minutes=15)
"""A channel that fails is tried more often than that by whoever serves it."""

Colour = Literal["red", "orange", "green", "gray", "violet"]

_STATE_COLOUR: dict[str, Colour] = {
    "ok": "green",
    "stale": "orange",
    "waiting": "orange",
    "down": "red",
    "untried": "orange",
}
_STATE_ICON = {
    "ok": ":material/check_circle:",
    "stale": ":material/hourglass_bottom:",
    "waiting": ":material/hourglass_bottom:",
    "down": ":material/cancel:",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One small fact of the strip: its unescaped words, colour and icon, and more for who points at it."""

    text: str
    colour: Colour
    icon: str
    more: str = ""


@strip_part
def strip() -> None:
    """Show it, and set the tab's title and picture."""
    view = state_reader.now()
    verdict = judge(view)
    st.set_page_config(
        page_title=favicon.title(verdict.level, verdict.count),
        page_icon=favicon.icon(verdict.level, verdict.count),
        layout="wide",
    )
    with st.container(key="strip", gap="xsmall"):
        banner(verdict)
        with st.container(key="chips", horizontal=True, gap="xsmall", vertical_alignment="center"):
            for chip in chips(view):
                more = markdown(chip.more, WHOLE) or None
                st.badge(markdown(chip.text), icon=chip.icon, color=chip.colour, help=more)
    # Last: what comes before it has been sent by then.
    beat(view)


def banner(verdict: Verdict) -> None:
    """Show the sentence, coloured by how loud it is, always with an icon."""
    text = f"**{markdown(verdict.lead, WHOLE)}** {markdown(verdict.text, WHOLE)}"
    with st.container(key=f"verdict-{verdict.level.value}"):
        match verdict.level:
            case Level.BLIND:
                st.error(text, icon=":material/visibility_off:")
            case Level.CRITICAL:
                st.error(text, icon=":material/error:")
            case Level.WARNING:
                st.warning(text, icon=":material/warning:")
            case Level.WELL:
                st.success(text, icon=":material/check_circle:")


def chips(view: NowView | Unread) -> tuple[Chip, ...]:
    """Return the facts of the strip, in order. Pure."""
    if isinstance(view, Unread):
        return (Chip("state database could not be read", "red", ":material/cancel:"), _clock(view.at))
    sources = tuple(_source(source, view) for source in view.sources)
    if not sources:
        sources = (Chip("no source has reported yet", "gray", ":material/help:"),)
    channels = tuple(_channel(channel, view) for channel in view.channels)
    return (*_hearts(view), *sources, *channels, *_quiet(view), _clock(view.read_at))


def _clock(now: datetime) -> Chip:
    return Chip(words.clock(now), "gray", ":material/schedule:")


def _quiet(view: NowView) -> tuple[Chip, ...]:
    """Say what is worked on, and how many alerts are quiet and when the first of them comes back."""
    chips = [
        Chip(
            f"maintenance of {each.account} until {words.clock(each.until)}",
            "orange",
            ":material/build:",
            f"{each.by}: {each.note}",
        )
        for each in view.windows
    ]
    if view.quiet:
        ends = [each.until for each in view.quiet.values() if each.until is not None]
        first = f", the first until {words.clock(min(ends))}" if ends else ""
        chips.append(
            Chip(f"{words.count(len(view.quiet), 'alert')} quiet{first}", "violet", ":material/bedtime:")
        )
    return tuple(chips)


def _hearts(view: NowView) -> tuple[Chip, ...]:
    accounts = accounts_of(view)
    if not accounts:
        return (_heart(heartbeat_of(view, ""), view.read_at),)
    alone = len(accounts) == 1  # then it needs no name
    return tuple(
        _heart(
            heartbeat_of(view, each), view.read_at, of="" if alone else f"{each}: ", more=_held(view, each)
        )
        for each in accounts
    )


def _held(view: NowView, account: str) -> str:
    holder = holder_of(view, account)
    return f"Nobody watches {account}." if holder is None else f"{account} is watched by {holder}."


def _heart(beat: Heartbeat, now: datetime, *, of: str = "", more: str = "") -> Chip:
    age = words.ago(beat.at, now)
    said: dict[HeartbeatState, tuple[str, Colour]] = {
        HeartbeatState.ALIVE: (f"reconciler {age}", "green"),
        HeartbeatState.NEVER: ("reconciler never ran", "red"),
        HeartbeatState.STOPPED: (f"reconciler stopped {age}", "red"),
        HeartbeatState.LATE: (f"reconciler last seen {age}", "red"),
    }
    text, colour = said[beat.state(now)]
    alive = colour == "green"
    icon = ":material/favorite:" if alive else ":material/heart_broken:"
    return Chip(f"{of}{text}", colour, icon, more)


def _source(source: SourceView, view: NowView) -> Chip:
    now = view.read_at
    name = f"{source.account} {sight(source.source)}"
    said = f"{name} {source.state}"
    if source.state == "ok":
        said = f"{said} {words.ago(source.last_ok or source.at, now)}"
    elif source.state not in {"unsupported", "untried"}:
        said = f"{said}, {_last(source, now)}"
    if blind(view, source.account) or is_unheard(source, view):
        return Chip(f"{said} (old)", "gray", ":material/history:")
    colour, icon = _STATE_COLOUR.get(source.state, "gray"), _STATE_ICON.get(source.state, ":material/help:")
    return Chip(said, colour, icon, "" if source.state == "ok" else source.detail)


def _channel(channel: ChannelView, view: NowView) -> Chip:
    """Say how a channel fares. It is never green: that it took a message says nothing of the next one."""
    now = view.read_at
    if channel.failing_since is None:
        took = (
            "no message yet"
            if channel.taken_at is None
            else f"last message {words.ago(channel.taken_at, now)}"
        )
        return Chip(f"{channel.name}: {took}", "gray", ":material/notifications:", channel.said)
    said = f"{channel.name} has taken no message for {words.duration(now - channel.failing_since)}"
    if blind(view) or now - max(channel.at, channel.next_at or channel.at) > _SERVED_WITHIN:
        return Chip(f"{said} (old)", "gray", ":material/history:", channel.said)
    return Chip(said, "red", ":material/notifications_off:", channel.said)


def _last(source: SourceView, now: datetime) -> str:
    return "never seen well" if source.last_ok is None else f"well {words.ago(source.last_ok, now)}"

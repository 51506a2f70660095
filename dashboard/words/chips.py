"""The facts of the strip: one while all is well, and else by name what is not. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from dashboard.look.colours import Tone
from dashboard.words import numbers as words
from dashboard.words.verdict import Unread, blind
from reconciler.alerts.wording import sight
from reconciler.facts.heartbeat import Heartbeat, HeartbeatState
from reconciler.facts.message import ChannelView
from reconciler.sight.account_state import accounts_of, heartbeat_of, holder_of, is_unheard
from reconciler.views.account import SourceView
from reconciler.views.now import NowView

_SERVED_WITHIN = timedelta(minutes=15)
"""A channel that fails is tried more often than that by whoever serves it."""
_NAMED_MOST = 4
"""How many of a kind are named where there are more: the strip stands on top of every page."""
_WORST_FIRST = (Tone.CRITICAL, Tone.WARNING)
_APART = frozenset({"unsupported", "untried"})
"""What a source is by its nature: it is no source that should be live."""
_FORM = {
    "stale": (Tone.WARNING, "hourglass_bottom"),
    "waiting": (Tone.WARNING, "hourglass_bottom"),
    "down": (Tone.CRITICAL, "cloud_off"),
    "untried": (Tone.WARNING, "help"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One small fact: its unescaped words, its tone and picture, and more for whoever points at it."""

    text: str
    tone: Tone
    sign: str
    more: str = ""


def chips(view: NowView | Unread) -> tuple[Chip, ...]:
    """Return the facts, in order."""
    if isinstance(view, Unread):
        return (Chip("state database could not be read", Tone.CRITICAL, "cancel"),)
    return (
        *_limited(view),
        *_few(_hearts(view), "account"),
        _counted(view),
        *_few(_together(view), "source"),
        *_few((chip for chip in (_channel(each, view) for each in view.channels) if chip), "channel"),
        *_quiet(view),
    )


def _few(every: Iterable[Chip], what: str) -> tuple[Chip, ...]:
    """Name the worst where there are many, and say how many more there are."""
    found = tuple(every)
    if len(found) <= _NAMED_MOST + 1:
        return found
    by_tone = sorted(found, key=lambda chip: [*_WORST_FIRST, chip.tone].index(chip.tone))
    shown, rest = by_tone[:_NAMED_MOST], by_tone[_NAMED_MOST:]
    told = f"{words.count(len(rest), f'more {what}')} not well, on Health"
    return (*shown, Chip(told, rest[0].tone, "more_horiz", "; ".join(chip.text for chip in rest)))


def _together(view: NowView) -> Iterator[Chip]:
    """Name each source that is not live; of an account of which all of them are old, all in one."""
    for account in dict.fromkeys(source.account for source in view.sources):
        every = (_named(source, view) for source in view.sources if source.account == account)
        named = [chip for chip in every if chip is not None]
        if len(named) > 1 and all(chip.tone is Tone.DIM for chip in named):
            more = "; ".join(chip.text for chip in named)
            yield Chip(f"{account}: what {len(named)} sources said is old", Tone.DIM, "history", more)
        else:
            yield from named


def _limited(view: NowView) -> tuple[Chip, ...]:
    """Say that there are accounts beside these, to whoever may not see them."""
    if not view.hidden:
        return ()
    shown = len(accounts_of(view))
    more = "You see the accounts of your groups. The others are in no list and in no number here."
    return (Chip(f"{shown} of {shown + view.hidden} accounts", Tone.SECOND, "group", more),)


def _counted(view: NowView) -> Chip:
    """Say how many sources are live, and how long ago the one was heard that was heard longest ago."""
    sources = [source for source in view.sources if source.state not in _APART]
    if not sources:
        return Chip("no source has reported yet", Tone.WARNING, "help")
    live = [source for source in sources if _is_live(source, view)]
    told = f"{len(live)} of {words.count(len(sources), 'source')} live"
    beats = "; ".join(_beat(view, each) for each in accounts_of(view))
    if not live:
        return Chip(told, Tone.DIM if blind(view) else Tone.CRITICAL, "visibility_off", beats)
    oldest = max(view.read_at - (source.last_ok or source.at) for source in live)
    well = len(live) == len(sources)
    tone, sign = (Tone.GOOD, "check_circle") if well else (Tone.WARNING, "visibility_off")
    return Chip(f"{told}, oldest {words.duration(oldest)}", tone, sign, beats)


def _is_live(source: SourceView, view: NowView) -> bool:
    return source.state == "ok" and not blind(view, source.account) and not is_unheard(source, view)


def _beat(view: NowView, account: str) -> str:
    holder = holder_of(view, account)
    watched = "nobody watches it" if holder is None else f"watched by {holder}"
    return f"{account}: reconciler {words.ago(heartbeat_of(view, account).at, view.read_at)}, {watched}"


def _hearts(view: NowView) -> tuple[Chip, ...]:
    """Name each account that nobody looks at."""
    accounts = accounts_of(view)
    if not accounts:
        return (_heart(heartbeat_of(view, ""), view),)
    alone = len(accounts) == 1  # then it needs no name
    now = view.read_at
    dead = (each for each in accounts if heartbeat_of(view, each).state(now) is not HeartbeatState.ALIVE)
    return tuple(
        _heart(heartbeat_of(view, each), view, of="" if alone else f"{each}: ", more=_beat(view, each))
        for each in dead
    )


def _heart(beat: Heartbeat, view: NowView, *, of: str = "", more: str = "") -> Chip:
    age = words.ago(beat.at, view.read_at)
    said = {
        HeartbeatState.ALIVE: f"reconciler {age}",
        HeartbeatState.NEVER: "reconciler never ran",
        HeartbeatState.STOPPED: f"reconciler stopped {age}",
        HeartbeatState.LATE: f"reconciler last seen {age}",
    }
    return Chip(f"{of}{said[beat.state(view.read_at)]}", Tone.CRITICAL, "heart_broken", more)


def _named(source: SourceView, view: NowView) -> Chip | None:
    """Name a source that is not live; None for one that is, and for a venue that has none of its kind."""
    if source.state == "unsupported" or _is_live(source, view):
        return None
    said = f"{source.account} {sight(source.source)} {source.state}"
    if source.state not in _APART:
        said = f"{said}, {_last(source, view)}"
    if blind(view, source.account) or is_unheard(source, view):
        return Chip(f"{said} (old)", Tone.DIM, "history")
    tone, sign = _FORM.get(source.state, (Tone.WARNING, "help"))
    return Chip(said, tone, sign, source.detail)


def _last(source: SourceView, view: NowView) -> str:
    return "never seen well" if source.last_ok is None else f"well {words.ago(source.last_ok, view.read_at)}"


def _channel(channel: ChannelView, view: NowView) -> Chip | None:
    """Name a channel that takes no message. That one took the last says nothing of the next."""
    if channel.failing_since is None:
        return None
    now = view.read_at
    said = f"{channel.name} has taken no message for {words.duration(now - channel.failing_since)}"
    if blind(view) or now - max(channel.at, channel.next_at or channel.at) > _SERVED_WITHIN:
        return Chip(f"{said} (old)", Tone.DIM, "history", channel.said)
    return Chip(said, Tone.CRITICAL, "notifications_off", channel.said)


def _quiet(view: NowView) -> tuple[Chip, ...]:
    """Say what is worked on, and how many alerts are quiet and when the first of them comes back."""
    worked = tuple(
        Chip(
            f"maintenance of {each.account} until {words.clock(each.until)}",
            Tone.WARNING,
            "build",
            f"{each.by}: {each.note}",
        )
        for each in view.windows
    )
    if not view.quiet:
        return worked
    ends = [each.until for each in view.quiet.values() if each.until is not None]
    first = f", the first until {words.clock(min(ends))}" if ends else ""
    many = words.count(len(view.quiet), "alert")
    return (*worked, Chip(f"{many} quiet{first}", Tone.MOVING, "bedtime"))

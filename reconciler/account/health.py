"""How each source of one account has been doing: the memory behind its blindness and its badges."""

from dataclasses import replace
from datetime import datetime

from reconciler.account.look import Look
from reconciler.account.unexpected import QUIET_SECONDS, STREAM, Unexpected
from reconciler.facts.finding import FindingKey
from reconciler.kinds.form.spec import Subject
from reconciler.kinds.registry import spec_of
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from reconciler.sight.blindness import (
    PART_NAMES,
    Blindness,
    BlindnessSettings,
    Failing,
    Sight,
    blindness,
    joined,
    left_untried,
)
from reconciler.sight.bot_silence import BotSeen, judge_bot, seen_after
from reconciler.sight.clock_skew import ClockSeen, judge_clock
from reconciler.sight.ledger_staleness import LedgerSeen, judge_ledger, ledger_seen_after
from reconciler.sight.sources import REST
from reconciler.views.account import SourceView
from verification.facts.account import Part
from verification.facts.clock import Moment
from verification.facts.errors import BudgetSpent, SourceError
from verification.latency.venue_time import VenueTime
from verification.venues.stream_state import StreamHealth, StreamState


class Health:
    """Is told of every read of one account; says what cannot be seen."""

    def __init__(self, account: str, settings: BlindnessSettings, untried: str = "") -> None:
        """Nothing has been read yet. `untried` says what is not seen of a venue that nobody has tried."""
        self.unexpected = Unexpected(account)
        self._untried = untried
        self._account = account
        self._settings = settings
        self._parts: dict[Part, Failing | None] = {}
        self._whole_fails: set[Part] = set()
        self._ledgers: dict[str, Failing | None] = {}
        self._left_out: dict[str, tuple[str, ...]] = {}
        self._bots: dict[str, BotSeen] = {}
        self._written: dict[str, LedgerSeen] = {}
        self._last_ok: dict[str, datetime] = {}
        self._clock = ClockSeen()

    @property
    def unread(self) -> frozenset[str]:
        """What could not be read when it was last tried, by the name of its source."""
        parts = {PART_NAMES[part] for part, failing in self._parts.items() if failing is not None}
        return frozenset(parts | {f"ledger:{name}" for name, failing in self._ledgers.items() if failing})

    def note_look(self, look: Look) -> None:
        """Take the reads of one look into account."""
        for part in Part:
            failure = look.reading.failures.get(part)
            if _whole(look, part) or (failure is not None and look.symbols is None):
                self._whole_fails = self._whole_fails - {part} | ({part} if failure is not None else set())
            elif failure is None and (part in self._whole_fails or self._parts.get(part) is None):
                continue  # the orders of some symbols, or of none, say nothing of those of the account
            elif failure is None and look.symbols is not None and look.symbols <= look.reading.unlisted:
                continue
            self._note_part(part, failure, look.finished)
        for name, reading in look.ledgers.items():
            self.note_ledger(name, None, look.finished)
            self._left_out[name] = reading.left_out
            self._bots[name] = seen_after(self._bots.get(name), reading, look.finished)
            self._written[name] = ledger_seen_after(self._written.get(name), reading, look.finished)
        for name, error in look.unreadable.items():
            self.note_ledger(name, error, look.finished)

    def note_connect_failure(self, error: SourceError, at: Moment) -> None:
        """Take into account that the account could not even be connected to."""
        self._note_part(Part.POSITIONS, error, at)

    def note_ledger(self, name: str, error: LedgerUnreadable | None, at: Moment) -> None:
        """Take one read of a ledger into account; None when it worked."""
        if error is None:
            self._ledgers[name] = None
            self._last_ok[f"ledger:{name}"] = at.utc
            return
        failing = self._failing(
            self._ledgers.get(name), f"ledger:{name}", str(error), str(error.trouble), at, again=error.again
        )
        elsewhere = error.trouble is LedgerTrouble.WRONG_ACCOUNT
        self._ledgers[name] = replace(failing, elsewhere=elsewhere)

    def note_clock(self, measured: VenueTime) -> None:
        """Take one measurement of the exchange's clock into account."""
        self._clock = self._clock.after_measurement(measured)

    @property
    def clock_is_doubted(self) -> bool:
        """True while our clock was set or measured wrong, and was not shown to be right since."""
        return self._clock.doubted

    def judge(self, stream: StreamHealth, now: Moment) -> Blindness:
        """Return what of the account cannot be seen."""
        sight = Sight(
            self._account,
            stream,
            dict(self._parts),
            dict(self._ledgers),
            left_out=self._left_out,
            work={**self.unexpected.judged(now), **_of_stream(stream, now)},
        )
        bots = [
            judge_bot(name, self._account, seen)
            for name, seen in self._bots.items()
            if self._ledgers.get(name) is None  # what was read before says nothing of now
        ]
        bots += [
            judge_ledger(name, self._account, seen)
            for name, seen in self._written.items()
            if self._ledgers.get(name) is None
        ]
        self._clock = self._clock.after_look(now)
        of_clock = judge_clock(self._account, self._clock, now)
        return joined(blindness(sight, self._settings, now=now), *bots, of_clock)

    def sources(self, stream: StreamHealth, now: Moment) -> tuple[SourceView, ...]:
        """Return each source's state for the screens."""
        views = [self._stream_view(stream, now)]
        if self._untried:
            views.append(SourceView(self._account, "venue", "untried", None, self._untried, now.utc))
        for part, name in PART_NAMES.items():
            if part in self._parts:
                views.append(self._view(name, name, self._parts[part], now))
        for name, failing in sorted(self._ledgers.items()):
            views.append(self._view(f"ledger:{name}", f"ledger {name}", failing, now))
        return tuple(views)

    def seen_well(self, key: FindingKey, stream: StreamHealth, now: Moment) -> datetime:
        """Return when what `key` is about was last read, aware UTC: one read is one word, however often told.

        A stream is there as long as it is; for it that is now. That it pushes was shown when it last was.
        """
        match spec_of(key.kind).subject:
            case Subject.PUSHES:
                return now.utc if stream.proof is None else stream.proof.at.utc
            case Subject.WORK:
                return self.unexpected.last_worked(key.symbol) or now.utc
            case Subject.CLOCK:
                return now.utc if self._clock.measured is None else self._clock.measured.at.utc
            case Subject.LEDGER:
                return self._last_ok.get(f"ledger:{key.symbol}", now.utc)
            case Subject.KEYS:
                return self._last_ok.get(REST, now.utc)
            case _:
                return self._last_ok.get(key.symbol, now.utc)

    def _stream_view(self, stream: StreamHealth, now: Moment) -> SourceView:
        heard = stream.last_frame.utc if stream.last_frame is not None else None
        if stream.state is StreamState.UNSUPPORTED:
            state, detail = "unsupported", "this venue has no stream that Trueup can read; REST only"
        elif stream.state is not StreamState.LIVE:
            state, detail = "down", stream.error or "connecting"
        elif stream.missed_since is not None:
            state, detail = "stale", "connected, but it does not push what other sources show"
        else:
            state, detail = "ok", "connected"
        return SourceView(self._account, "websocket", state, heard, detail, now.utc)

    def _view(self, source: str, words: str, failing: Failing | None, now: Moment) -> SourceView:
        last_ok = self._last_ok.get(source)
        if failing is None:
            return SourceView(self._account, source, "ok", last_ok, f"{words} was read in full", now.utc)
        state = "down" if failing.count else "waiting"
        return SourceView(self._account, source, state, last_ok, failing.message, now.utc)

    def _note_part(self, part: Part, error: SourceError | None, at: Moment) -> None:
        name = PART_NAMES[part]
        if error is None:
            if part is Part.POSITIONS:
                self._parts = left_untried(self._parts)
            self._parts[part] = None
            self._last_ok[name] = at.utc
            return
        before = self._parts.get(part)
        if isinstance(error, BudgetSpent):
            self._parts[part] = self._held_back(before, name, error, at)
            return
        if before is not None and not before.count:
            before = None  # it was not asked before, and has failed only now
        self._parts[part] = self._failing(before, name, str(error), error.code, at, again=error.again)

    def _held_back(self, before: Failing | None, name: str, error: BudgetSpent, at: Moment) -> Failing:
        """Return how a part is that was not asked: as it was, for nothing was learnt of it."""
        if before is not None and before.count:
            return replace(before, held_back=True)
        since = at if before is None else before.since
        last_ok = self._last_ok.get(name)
        return Failing(0, since, str(error), error.code, again=True, last_ok=last_ok, held_back=True)

    def _failing(
        self, before: Failing | None, name: str, message: str, code: str, at: Moment, *, again: bool
    ) -> Failing:
        return Failing(
            count=1 if before is None else before.count + 1,
            since=at if before is None else before.since,
            message=message,
            code=code,
            again=again,
            last_ok=self._last_ok.get(name),
        )


def _whole(look: Look, part: Part) -> bool:
    """Return True where a look has asked for all of a part."""
    scope = look.reading.scope
    match part:
        case Part.POSITIONS:
            return True  # that list is always read whole
        case Part.ORDERS:
            return look.symbols is None and scope.ordinary is None
        case Part.CONDITIONAL_ORDERS:
            return look.symbols is None and scope.conditional is None


def _of_stream(stream: StreamHealth, now: Moment) -> dict[str, Failing | None]:
    """Return how an unexpected error ends lives of the stream; None once one has gone on for long."""
    fault = stream.fault
    if fault is not None:
        return {STREAM: Failing(fault.count, fault.since, fault.message, "bug", again=True)}
    lasts = stream.state is StreamState.LIVE and stream.away_since is None
    if lasts and now.monotonic - stream.since.monotonic >= QUIET_SECONDS:
        return {STREAM: None}
    return {}

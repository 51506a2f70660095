"""Whether an account's stream is away, silent, or well; pure."""

from reconciler.facts.finding import Evidence, FindingKey, Kind, Party
from reconciler.facts.wording import duration
from reconciler.kinds import source_down, source_stale
from reconciler.sight.sources import WEBSOCKET, Blindness, BlindnessSettings, Sight, condition, found, seconds
from verification.facts.account import Part
from verification.facts.clock import Moment
from verification.venues.stream_state import StreamHealth, StreamState


def judge_stream(sight: Sight, settings: BlindnessSettings, now: Moment) -> Blindness:
    """Judge the stream: away, silent, or well; and well only by what shows it.

    That it is connected again shows that it is not away once that has lasted. It shows nothing of whether it
    pushes what happens: only what it has pushed does, or lists that agreed with it for long.
    """
    stream, account = sight.stream, sight.account
    down = condition(Kind.SOURCE_DOWN, account, WEBSOCKET)
    silent = condition(Kind.SOURCE_STALE, account, WEBSOCKET)
    if stream.state is StreamState.UNSUPPORTED:
        return Blindness((), {}, ())
    if stream.state is not StreamState.LIVE:
        return _judge_away(sight, settings, now)
    well: dict[FindingKey, Evidence] = {}
    unsure: list[str] = []
    if stream.away_since is None:
        words = "connected, and a position list was read since"
        well[down] = Evidence(Party.EXCHANGE, WEBSOCKET, words, stream.since.utc, _life(stream))
    else:
        unsure.append(f"{WEBSOCKET}: connected for {duration(seconds(now, stream.since))} only")
    stale = _stale(stream, settings, now)
    if stale is not None:
        heard = stream.last_frame or stream.since
        line = Evidence(Party.EXCHANGE, WEBSOCKET, "last heard", heard.utc, _life(stream))
        return Blindness((found(silent, source_stale.SPEC.severity.usual, stale, line),), well, tuple(unsure))
    if stream.missed_since is not None:
        unsure.append(f"{WEBSOCKET}: a change shown elsewhere is not pushed yet")
    elif stream.proof is not None:
        shown = stream.proof
        well[silent] = Evidence(Party.EXCHANGE, WEBSOCKET, shown.text, shown.at.utc, _life(stream))
    return Blindness((), well, tuple(unsure))


def _judge_away(sight: Sight, settings: BlindnessSettings, now: Moment) -> Blindness:
    """Judge a stream that is not connected: lives that did not last count as none."""
    stream = sight.stream
    since = stream.away_since or stream.since
    away = seconds(now, since)
    error = stream.error or "connecting"
    if away < settings.stream_down.total_seconds():
        return Blindness((), {}, (f"{WEBSOCKET}: {error}",))
    also = sight.parts.get(Part.POSITIONS) is not None
    reason = source_down.sentence_of_stream(
        again_and_again=since != stream.since, away=duration(away), error=error, lists_read=not also
    )
    line = Evidence(Party.EXCHANGE, WEBSOCKET, error, since.utc, {"state": stream.state.value})
    severity = source_down.SPEC.severity.where(otherwise=also)
    told = found(condition(Kind.SOURCE_DOWN, sight.account, WEBSOCKET), severity, reason, line)
    return Blindness((told,), {}, ())


def _life(stream: StreamHealth) -> dict[str, str]:
    return {"epoch": str(stream.epoch)}


def _stale(stream: StreamHealth, settings: BlindnessSettings, now: Moment) -> str | None:
    if stream.missed_since is not None:
        late = seconds(now, stream.missed_since)
        if late >= settings.stream_missed.total_seconds():
            return source_stale.sentence_of_missed(duration(late))
    quiet = seconds(now, stream.last_frame or stream.since)
    if quiet > settings.stream_quiet.total_seconds():
        return source_stale.sentence_of_quiet(duration(quiet))
    return None

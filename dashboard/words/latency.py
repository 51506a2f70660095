"""How late the sources are, in words: the answer first, what is measured, what is not counted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.words import numbers as words
from reconciler.views.latency import LatencyView
from verification.facts.observation import Source

INCIDENT_MS = 3000.0
"""How late the list was in the incident that Trueup comes from: the bot believed it, and bought twice."""

SOURCES = {
    Source.WEBSOCKET: "Websocket",
    Source.ORDER: "Order status",
    Source.REST: "Position list",
    Source.BOT_CACHE: "Bot's cache",
}
TIMED = (Source.WEBSOCKET, Source.ORDER, Source.REST)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure is called, what it means, and when no sample of it is taken."""

    title: str
    meaning: str
    not_counted: str


MEASURES: Mapping[str, Measured] = {
    "visibility_lag": Measured(
        "How late a fill shows",
        "From the fill at the exchange (its own time, set to our clock) to the arrival of the first push or "
        "answer that shows it. One sample for a fill and a source.",
        "Not counted, because it would measure us and not the source: a fill that was already visible when "
        "the source was first asked, more than 100 ms after it; one during which the stream was not live. "
        "Nor can these be measured: in the position list a fill that left nothing of the position; anything "
        "while the exchange's clock is not known to within 250 ms; what a source has not shown for half a "
        "minute.",
    ),
    "behind_fastest": Measured(
        "Behind the fastest",
        "From the first showing of a fill by any source to its showing by this one. The exchange's clock has "
        "no part in it.",
        "Not counted: fills that only one source was measured for.",
    ),
    "request_time": Measured(
        "How long an answer takes",
        "From a question sent to its answer received; each full look at an account asks for its position "
        "list, so an account at rest has samples too. They are stored within five minutes.",
        "Not counted: questions that got no answer. The websocket is not asked.",
    ),
}


def answer(series: Sequence[LatencyView], measure: str, period: str) -> str:
    """Return the answer in one sentence: `Websocket 20 ms, position list 2.8 s at p95 over 7 d`."""
    told = [
        f"{SOURCES[view.source].lower()} {words.milliseconds(view.total.p95_ms)}"
        for view in series
        if view.measure == measure and view.total is not None
    ]
    if not told:
        return f"Nothing was measured over {period}"
    said = ", ".join(told)
    return f"{said[0].upper()}{said[1:]} at p95 over {period}"


def meaning(series: Sequence[LatencyView], measure: str) -> str:
    """Say what follows: how much later the list is, and how often it was as late as in the incident."""
    mine = {view.source: view for view in series if view.measure == measure and view.total is not None}
    if measure != "visibility_lag" or Source.REST not in mine:
        return MEASURES[measure].meaning
    listed = mine[Source.REST]
    parts = []
    pushed = mine.get(Source.WEBSOCKET)
    assert listed.total is not None, "only measured series are here"
    if pushed is not None and pushed.total is not None and pushed.total.p95_ms > 0:
        times = listed.total.p95_ms / pushed.total.p95_ms
        if times >= 2:  # noqa: PLR2004 - less is no story
            parts.append(f"The list shows a fill {times:,.0f} times later.")
    share = as_late(listed)
    parts.append(
        f"In the incident the bot believed a list that was 3 s late; {share} of these fills were as late."
    )
    return " ".join(parts)


def as_late(view: LatencyView) -> str:
    """Return the part of the samples that took as long as the list of the incident, in words."""
    whole = sum(count for _, count in view.distribution)
    late = sum(count for bound, count in view.distribution if bound > INCIDENT_MS)
    if not whole:
        return "an unknown part"
    return "none" if not late else f"{late / whole:.2%}" if late / whole < 0.01 else f"{late / whole:.1%}"  # noqa: PLR2004 - a hundredth


def missing(series: Sequence[LatencyView], measure: str) -> str:
    """Say of which sources there is no sample; empty where there are of all that can be measured."""
    wanted = TIMED[1:] if measure == "request_time" else TIMED
    seen = {view.source for view in series if view.measure == measure and view.total is not None}
    names = [SOURCES[source].lower() for source in wanted if source not in seen]
    return f"No sample in this time: {', '.join(names)}." if names else ""


def negative(series: Sequence[LatencyView], measure: str) -> str:
    """Say how many came out below zero, which is an error of clocks."""
    count = sum(view.negative for view in series if view.measure == measure)
    return (
        f"{count:,} came out negative, an error of clocks, and count as zero."
        if count
        else "None came out negative."
    )

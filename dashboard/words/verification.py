"""Verifications in plain words: what was asked, what came of it, who decided. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dashboard.look.colours import Tone
from dashboard.words import moments
from dashboard.words import numbers as words
from dashboard.words.race import LANE_OF, Lane, Mark, Race, race_of
from reconciler.views.verification import RaceView, VerificationView
from verification.facts.leg import Leg
from verification.facts.observation import Source

VERDICTS: Mapping[str, tuple[str, Tone, str]] = {
    "confirmed": ("confirmed", Tone.GOOD, "check_circle"),
    "partial": ("in part", Tone.WARNING, "incomplete_circle"),
    "mismatch": ("another than meant", Tone.CRITICAL, "error"),
    "refuted": ("did not happen", Tone.WARNING, "cancel"),
    "unknown": ("not known", Tone.WARNING, "help"),
    "resting": ("waiting for an order", Tone.MOVING, "hourglass_bottom"),
}
"""What a verdict is called, how loud it is, its picture."""

SOURCES = {
    Source.WEBSOCKET: "Websocket",
    Source.ORDER: "Order status",
    Source.REST: "Position list",
    Source.BOT_CACHE: "Bot's cache",
}

QUESTIONS = {"open": "Has it opened?", "close": "Has it closed?"}
ASKED_BY = {"bot": "the bot", "sidecar": "Trueup"}
GRADES = {
    "proof": "proven: it needs no assumption about how late a source is",
    "bounded_lag": "as good as known: it rests on sources being no later than they ever were",
    "": "not known",
}


def verdict(view: VerificationView) -> tuple[str, Tone, str]:
    """Return what came of it: in words, how loud, with which picture."""
    word, tone, sign = VERDICTS.get(view.verdict, (view.verdict, Tone.WARNING, "help"))
    mismatch = {"side": "another side", "excess": "more than meant", "still_open": "still open"}
    return mismatch.get(view.mismatch, word), tone, sign


def position(view: VerificationView) -> str:
    """Return the position asked about: its symbol, with its leg in hedge mode."""
    symbol = words.shortened(view.symbol)
    return symbol if view.leg is Leg.NET else f"{symbol} {view.leg.value}"


def decided_by(view: VerificationView) -> str:
    """Return who decided it."""
    if view.decided_by is None:
        return "nobody yet" if view.verdict == "resting" else "nobody"
    return SOURCES[view.decided_by]


def took(view: VerificationView) -> str:
    """Return how long the answer took; of one that waits, nothing yet."""
    return moments.UNTOLD if view.verdict == "resting" else words.milliseconds(view.milliseconds)


def sentence(counts: Mapping[str, int], period: str) -> str:
    """Say how many there are, and how many of each verdict, the loudest first."""
    whole = sum(counts.values())
    if not whole:
        return f"Nothing was verified in {period}."
    order = ("mismatch", "unknown", "refuted", "partial", "resting", "confirmed")
    known = [each for each in order if counts.get(each)] + [each for each in counts if each not in order]
    said = ", ".join(f"{counts[each]:,} {VERDICTS.get(each, (each,))[0]}" for each in known)
    return f"{words.count(whole, 'open or close', 'opens and closes')} in {period}: {said}."


def facts(view: VerificationView, now: datetime) -> tuple[str, ...]:
    """Return one verification in short facts."""
    asked = QUESTIONS.get(view.question, view.question)
    return (
        f"{asked} asked by {ASKED_BY.get(view.asked_by, view.asked_by)} {moments.at(view.asked_at, now)} UTC",
        view.account,
        f"order {view.order_id}" if view.order_id else "order not known",
        f"decided by {decided_by(view).lower()} after {took(view)}",
        GRADES.get(view.grade, view.grade),
    )


def race(told: RaceView) -> Race | None:
    """Return its race, counted from the question: each source's words, the fill, and the verdict."""
    view = told.verification
    marks = [
        Mark(
            LANE_OF[word.source],
            word.received,
            word.said,
            Tone.WARNING if word.failed else Tone.PLAIN,
            hollow=not word.shows,
        )
        for word in told.words
    ]
    if told.filled_at is not None:
        marks.append(Mark(Lane.FILLS, told.filled_at, "filled, by the exchange's own clock"))
    if view.verdict != "resting":
        word, tone, _ = verdict(view)
        ended = view.asked_at + timedelta(milliseconds=view.milliseconds)
        marks.append(Mark(Lane.VERDICT, ended, word, tone))
    return race_of(marks, view.asked_at, "the question")

"""Answers from phones in the database: what messages offer, and what a person's answer does.

An answer, the word about its alerts, the token that it used up and up to where the channel was heard are one
transaction: a crash leaves all of it or nothing, and what is heard once more does nothing twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from reconciler.alerts.alert import Alert
from reconciler.alerts.case import AlertCase
from reconciler.alerts.errors import AlertChanged, AlertCommandError
from reconciler.alerts.event import AlertSettings
from reconciler.alerts.said import Acknowledge, Note
from reconciler.alerts.seen import Seen, apart
from reconciler.facts.finding import Severity
from reconciler.facts.message import ReplyView
from reconciler.facts.token import digest_of
from reconciler.facts.wording import clock
from reconciler.notify.reply import (
    NOTE_LONGEST,
    OFFER_LASTS,
    Offer,
    Outcome,
    Reply,
    Shown,
    minute,
    standing,
    stands,
)
from reconciler.storage import persons
from reconciler.storage.decisions import ALERT
from reconciler.storage.mapping import alert_of
from reconciler.storage.reply_rows import OfferAlertRow, OfferRow, ReplyCursorRow, ReplyRow
from reconciler.storage.state_row import table
from reconciler.storage.upsert import put

OFFER = table(OfferRow)
OFFERED = table(OfferAlertRow)
REPLY = table(ReplyRow)
CURSOR = table(ReplyCursorRow)

REFUSED_KEPT = 1000
"""Refused answers of a channel that are kept, the newest: strangers cannot fill a disk."""

_OFFERS_KEPT = timedelta(days=7)
_REPLIES_KEPT = timedelta(days=365)
_FORGED = "Nothing was done: this button is of no message that Trueup has sent."
_HELP = "Nothing was done: press a button of a message, or reply to that message in words."
_NEWER = "A newer message has buttons, the link always works."


def store_offer(connection: sa.Connection, offer: Offer) -> None:
    """Store what a message offers, before it is sent: a button that is pressed at once is known."""
    values = {
        "name": offer.name,
        "channel": offer.channel,
        "digest": digest_of(offer.token),
        "text": offer.text,
        "made_at": offer.made_at,
        "place": "",
        "used_by": "",
        "shown": "",
    }
    put(connection, OFFER, [values])
    rows: list[dict[str, object]] = [
        {
            "name": offer.name,
            "alert_id": alert,
            "version": seen.version,
            "severity": seen.severity.value,
            "exposure": seen.exposure,
        }
        for alert, seen in offer.alerts
    ]
    put(connection, OFFERED, rows)


def place_offer(connection: sa.Connection, name: str, place: str) -> None:
    """Store what the channel calls a message that it has taken."""
    connection.execute(sa.update(OFFER).where(OFFER.c.name == name).values(place=place))


def cursor_of(connection: sa.Connection, channel: str) -> str:
    """Return up to where a channel was heard; empty for never."""
    found = connection.execute(sa.select(CURSOR.c.cursor).where(CURSOR.c.channel == channel)).scalar()
    return "" if found is None else str(found)


def store_cursor(connection: sa.Connection, channel: str, cursor: str) -> None:
    """Store up to where a channel was heard, of what holds no answers."""
    put(connection, CURSOR, [{"channel": channel, "cursor": cursor}])


def hear(
    connection: sa.Connection, channel: str, reply: Reply, settings: AlertSettings, *, now: datetime
) -> Outcome:
    """Store an answer with all that follows from it; one that is stored already says the same once more."""
    same = (REPLY.c.channel == channel) & (REPLY.c.number == reply.number)
    known = connection.execute(sa.select(REPLY).where(same)).one_or_none()
    store_cursor(connection, channel, reply.cursor)
    if known is not None:
        return Outcome(known.taken, known.told)
    listened = _Listened(connection, channel, reply, settings, now)
    outcome = listened.outcome()
    values = {
        "channel": channel,
        "number": reply.number,
        "at": now,
        "by": reply.called if listened.offer else reply.stranger or reply.called,
        "note": reply.note[:NOTE_LONGEST],
        "offer": listened.offer,
        "taken": outcome.taken,
        "told": outcome.told or reply.refused or _FORGED,
    }
    connection.execute(sa.insert(REPLY).values(values))
    return outcome


@dataclass(slots=True)
class _Listened:
    """One answer, on its way to what follows from it."""

    connection: sa.Connection
    channel: str
    reply: Reply
    settings: AlertSettings
    now: datetime
    offer: str = ""

    def outcome(self) -> Outcome:
        if self.reply.refused:
            # A stranger's words are not answered; where they press a button, they are in our own chat.
            return Outcome(taken=False, told=self.reply.refused if self.reply.by or self.reply.token else "")
        row = self._offer()
        if row is None:
            words = _FORGED if self.reply.token else _HELP
            return Outcome(taken=False, told="" if self.reply.stranger else words)
        self.offer = row.name
        if self.reply.token and row.used_at is not None:
            used = f"{row.used_by} has used this message's buttons at {clock(row.used_at)}"
            return Outcome(taken=False, told=f"Nothing was done: {used}. {_NEWER}")
        if self.now - row.made_at > OFFER_LASTS:
            old = f"this message is of {row.made_at:%Y-%m-%d %H:%M} UTC, which is too long ago"
            return Outcome(taken=False, told=f"Nothing was done: {old}. {_NEWER}")
        return self._said(row)

    def _offer(self) -> sa.Row[tuple[object, ...]] | None:
        """Return what the answer is to; None for nothing of this channel, or another message's token."""
        if self.reply.token:
            named = OFFER.c.digest == digest_of(self.reply.token)
        else:
            named = (OFFER.c.place == self.reply.place) & sa.literal(bool(self.reply.place))
        query = sa.select(OFFER).where(OFFER.c.channel == self.channel, named).with_for_update()
        row = self.connection.execute(query).first()
        if row is None or (self.reply.token and row.place and self.reply.place not in {"", row.place}):
            return None
        if self.reply.place and not row.place:  # we died between its sending and its mark
            place_offer(self.connection, row.name, self.reply.place)
        return row

    def _said(self, row: sa.Row[tuple[object, ...]]) -> Outcome:
        seen = [
            (each.alert_id, Seen(each.version, Severity(each.severity), each.exposure))
            for each in self.connection.execute(
                sa.select(OFFERED).where(OFFERED.c.name == row.name).order_by(OFFERED.c.alert_id)
            )
        ]
        further = row.used_at is not None  # the same message, answered in words once more
        each_said = [self._say(alert, saw, further=further) for alert, saw in seen]
        taken = any(done for done, _ in each_said)
        if taken and not further:
            used = {"used_at": self.now, "used_by": self.reply.by}
            self.connection.execute(sa.update(OFFER).where(OFFER.c.name == row.name).values(used))
        return Outcome(taken, " ".join(dict.fromkeys(words for _, words in each_said)))

    def _say(self, number: int, seen: Seen, *, further: bool) -> tuple[bool, str]:
        """Say it of one alert; return whether that was stored, and what the person is told."""
        alert = alert_with(self.connection, number)
        if alert is None:
            return False, f"Alert {number} is not kept any more."
        which = alert.key.symbol
        if not alert.state.open:
            return False, f"{which}: {stands(alert, self.now)}. There is nothing left to do."
        by, note, origin = self.reply.by, self.reply.note[:NOTE_LONGEST], self.reply.called.partition(":")[0]
        said = Note(by, note, self.now, origin) if further else Acknowledge(by, note, self.now, origin, seen)
        if isinstance(said, Acknowledge) and AlertCase(alert, said, self.settings, self.now).grown_since_seen:
            grown = f"it has become worse since this message: {apart(seen, alert)}"
            return False, f"{which} is NOT acknowledged: {grown}. {_NEWER}"
        try:
            with self.connection.begin_nested():
                answer = persons.say(self.connection, number, said, self.settings, now=self.now)
        except AlertChanged:
            raise  # somebody writes at this very moment: it is heard again
        except AlertCommandError as error:
            return False, f"{which}: {error}."
        if answer.told:
            return True, f"{which}: {answer.told}"
        given = answer.alert.acknowledgement
        if further or given is None:
            return True, f"{which}: your note is kept."
        return True, f"{which}: acknowledged by {given.by}, until {minute(given.until, self.now)}."


def alert_with(connection: sa.Connection, number: int) -> Alert | None:
    """Return an alert by its number; None where there is none."""
    row = connection.execute(sa.select(ALERT).where(ALERT.c.id == number)).one_or_none()
    return None if row is None else alert_of(row)


def outdated(connection: sa.Connection, channel: str, *, now: datetime) -> tuple[Shown, ...]:
    """Return the messages that do not show how what they tell stands by now, oldest first."""
    query = sa.select(OFFER).where(OFFER.c.channel == channel, OFFER.c.place != "", OFFER.c.over_at.is_(None))
    young = query.where(OFFER.c.made_at > now - _OFFERS_KEPT).order_by(OFFER.c.made_at)
    return tuple(_not_shown(connection, connection.execute(young).all(), now))


def _not_shown(
    connection: sa.Connection, rows: Sequence[sa.Row[tuple[object, ...]]], now: datetime
) -> Iterator[Shown]:
    for row in rows:
        numbers = sa.select(OFFERED.c.alert_id).where(OFFERED.c.name == row.name)
        found = connection.execute(sa.select(ALERT).where(ALERT.c.id.in_(numbers)).order_by(ALERT.c.id))
        alerts = [alert_of(each) for each in found]
        over = not any(alert.state.open for alert in alerts)
        words = standing(alerts, now) if alerts else "Over."
        if not words and row.shown:
            words = "Nobody has it any more: see the newest message."
        if not words and now - row.made_at > OFFER_LASTS:
            words, over = "Too old to be answered here: see the newest message.", True
        if words != row.shown or over:
            yield Shown(row.name, row.place, row.text, row.shown, words, over)


def store_shown(connection: sa.Connection, shown: Shown, *, now: datetime) -> None:
    """Store what a message on a phone shows now."""
    values = {"shown": shown.standing, "over_at": now if shown.over else None}
    connection.execute(sa.update(OFFER).where(OFFER.c.name == shown.name).values(values))


def replies(connection: sa.Connection, *, most: int = 100) -> tuple[ReplyView, ...]:
    """Return the newest answers from phones, refused ones too, newest first."""
    rows = connection.execute(sa.select(REPLY).order_by(REPLY.c.id.desc()).limit(most))
    return tuple(ReplyView(row.channel, row.at, row.by, row.note, row.taken, row.told) for row in rows)


def prune_replies(connection: sa.Connection, *, now: datetime) -> None:
    """Forget offers that nobody can take any more, and answers that are old, or refused and many."""
    old = sa.select(OFFER.c.name).where(OFFER.c.made_at < now - _OFFERS_KEPT)
    connection.execute(sa.delete(OFFERED).where(OFFERED.c.name.in_(old)))
    connection.execute(sa.delete(OFFER).where(OFFER.c.made_at < now - _OFFERS_KEPT))
    connection.execute(sa.delete(REPLY).where(REPLY.c.at < now - _REPLIES_KEPT))
    refused = sa.select(REPLY.c.id).where(REPLY.c.taken.is_(False)).order_by(REPLY.c.id.desc())
    eldest = connection.execute(refused.offset(REFUSED_KEPT).limit(1)).scalar()
    if eldest is not None:
        connection.execute(sa.delete(REPLY).where(REPLY.c.taken.is_(False), REPLY.c.id <= eldest))

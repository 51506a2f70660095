"""Offers to answer with a message: its token is stored before it leaves, so that a quick tap is known."""

import secrets
from dataclasses import replace

import structlog

from reconciler.alerts.alert import AlertState
from reconciler.alerts.seen import seen_of
from reconciler.notify.message import Message
from reconciler.notify.reply import Offer
from reconciler.notify.telegram import text_of
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from verification.facts.clock import Clock

_UNTAKEN = frozenset({AlertState.FIRING, AlertState.RECOVERING})

log = structlog.get_logger()


async def offered(store: Store, channel: str, name: str, message: Message, clock: Clock) -> Message:
    """Return the message with the token of its offer, where somebody needs to answer.

    Where it cannot be stored the message goes without: it does not wait for its buttons.

    Args:
        store: Where the offer is stored.
        channel: The channel's name.
        name: The message's own.
        message: What is to be sent.
        clock: Where time comes from.
    """
    now = clock.now().utc
    alerts = tuple(
        (alert.id, seen_of(alert))
        for alert in (item.alert for item in message.items if not item.why.ends)
        if alert.state in _UNTAKEN and alert.acknowledgement is None and alert.held(now) is None
    )
    if not alerts:
        return message
    token = secrets.token_urlsafe(18)
    offer = Offer(name, channel, token, text_of(message), now, alerts)
    try:
        await store.save_offer(offer)
    except StateDatabaseError as error:
        if not error.again:
            raise
        log.warning("message.without_buttons", channel=channel)
        return message
    return replace(message, reply=token, answers=len(alerts))

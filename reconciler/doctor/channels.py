"""Tries the channels on which people are told: the way of a message, without sending any."""

from collections.abc import AsyncIterator

from reconciler.doctor.check import Check, Health
from reconciler.notify.phone_address import ntfy_of, telegram_of
from reconciler.service.posting import courier_of
from reconciler.settings import Settings, SettingsError


async def examine_channels(settings: Settings) -> AsyncIterator[Check]:
    """Yield the check of each channel, or that there is none."""
    if not settings.notify:
        none = "none: nobody is told of anything but by the screens; add [notify.NAME] with url_env"
        yield Check("channels", Health.NOTE, none)
    for name in settings.notify:
        yield await _examined(settings, name)


def _buttons(settings: Settings, name: str) -> str:
    """Say how its messages could be answered, where they could be and are not."""
    channel, url = settings.notify[name], settings.channel_url(name)
    if telegram_of(url) is not None and not channel.people:
        return "; with `people` its messages can be answered (docs/notifications.md)"
    if ntfy_of(url) is not None and channel.reply_as is None:
        return "; with `reply_as` its messages can be answered (docs/notifications.md)"
    return ""


async def _examined(settings: Settings, name: str) -> Check:
    subject = f"channel {name}"
    try:
        courier = courier_of(settings, name)
    except SettingsError as error:
        text = "; ".join(problem.text for problem in error.problems)
        return Check(subject, Health.NOT_OK, text, settings=True)
    try:
        answer = await courier.try_way()
    finally:
        await courier.close()
    if answer.taken:
        text = f"{answer.said}; `trueup notify test {name}` sends one message{_buttons(settings, name)}"
        return Check(subject, Health.OK, text)
    return Check(subject, Health.NOT_OK, answer.said, settings=answer.refused)

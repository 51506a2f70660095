"""Tries the channels on which people are told: the way of a message, without sending any."""

from collections.abc import AsyncIterator

from reconciler.doctor.check import Check, Health
from reconciler.service.posting import courier_of
from reconciler.settings import Settings, SettingsError


async def examine_channels(settings: Settings) -> AsyncIterator[Check]:
    """Yield the check of each channel, or that there is none."""
    if not settings.notify:
        none = "none: nobody is told of anything but by the screens; add [notify.NAME] with url_env"
        yield Check("channels", Health.NOTE, none)
    for name in settings.notify:
        yield await _examined(settings, name)


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
        return Check(subject, Health.OK, f"{answer.said}; `trueup notify test {name}` sends one message")
    return Check(subject, Health.NOT_OK, answer.said, settings=answer.refused)

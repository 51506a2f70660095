"""Tries the outward ping: one word that the other side only writes into its log."""

from collections.abc import AsyncIterator

from reconciler.doctor.check import Check, Health
from reconciler.service.ping import ping
from reconciler.service.ping_due import Word
from reconciler.settings import Settings, SettingsError

SUBJECT = "outward ping"


async def examine_ping(settings: Settings) -> AsyncIterator[Check]:
    """Yield its check; nothing where none is set, for nobody has to have one."""
    try:
        url = settings.ping_url()
    except SettingsError as error:
        yield Check(SUBJECT, Health.NOT_OK, "; ".join(each.text for each in error.problems), settings=True)
        return
    if url is None:
        return
    answer = await ping(url, Word.LOG, "trueup doctor was here")
    yield Check(SUBJECT, Health.OK if answer.taken else Health.NOT_OK, answer.said)

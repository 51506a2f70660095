"""Tries the Alertmanager: whether it answers as one; nothing is told to it."""

from collections.abc import AsyncIterator

from reconciler.doctor.check import Check, Health
from reconciler.notify.phone import Line, said_of
from reconciler.settings import Settings, SettingsError

SUBJECT = "alertmanager"
TRY_SECONDS = 10.0


async def examine_alertmanager(settings: Settings) -> AsyncIterator[Check]:
    """Yield its check; nothing where none is set."""
    try:
        url = settings.alertmanager_url()
    except SettingsError as error:
        yield Check(SUBJECT, Health.NOT_OK, "; ".join(each.text for each in error.problems), settings=True)
        return
    if url is None:
        return
    line = Line()
    answered = await line.get(f"{url.rstrip('/')}/api/v2/status", TRY_SECONDS)
    await line.close()
    if not answered.ok:
        yield Check(SUBJECT, Health.NOT_OK, said_of(answered, url))
    elif "versionInfo" not in answered.body:
        yield Check(SUBJECT, Health.NOT_OK, "what answers there is no Alertmanager: correct the address")
    else:
        yield Check(SUBJECT, Health.OK, "it answers")

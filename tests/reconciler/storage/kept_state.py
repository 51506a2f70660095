"""A state database to back up: what is found in it, and what people are shown of it."""

from pathlib import Path

from reconciler.alerts.policy import Detected, Observed
from reconciler.console import Console
from reconciler.storage.store import Store
from tests.reconciler.alert_life import NOON, finding


def url(file: Path) -> str:
    return f"sqlite:///{file}"


async def find(file: Path, *symbols: str) -> None:
    async with Store.open(url(file)) as store:
        for symbol in symbols:
            await store.observe(Observed((Detected(finding(symbol=symbol), NOON, confirmed=True),)), now=NOON)


def shown(file: Path) -> dict[int, str]:
    """The open alerts that a person is shown."""
    with Console.open(url(file)) as console:
        return {each.id: each.key.symbol for each in console.queries.alerts()}


def litter(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if ".part" in each.name]

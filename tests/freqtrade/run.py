"""One run: a venue, a database, every story on them, and what came of each."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.alerts.alert import Alert
from tests.freqtrade import calm, gate, provoked
from tests.freqtrade.bot import SECRETS, Bot
from tests.freqtrade.clock import monotonic
from tests.freqtrade.database import BotDatabase, PostgresEast, SqliteFile
from tests.freqtrade.installed import program
from tests.freqtrade.scene import Scene, Story, pause, until
from tests.freqtrade.sidecar import Sidecar
from tests.freqtrade.truth import wrong
from tests.freqtrade.venue import Venue

DATABASES: Mapping[str, Callable[[Path], BotDatabase]] = {"sqlite": SqliteFile, "postgres": PostgresEast}
VENUES = ("binance", "bybit")
APART_SECONDS = 8.0
"""Between the beginnings of two stories."""

SETTLING_SECONDS = 50.0
"""After the start, in which Trueup reads everything: what is left of its requests in that minute is soon
spent, and what comes of that is another story: see docs/freqtrade.md."""


@dataclass(slots=True)
class Run:
    """One venue with one database, from the first process to the last.

    Attributes:
        scene: What runs.
        gated: True where the strategy asks the gate in the end.
        alerts: What people were told, once it is over.
        calm: The stories of which nobody was to be told.
    """

    name: str
    scene: Scene
    gated: bool
    alerts: tuple[Alert, ...] = ()
    calm: list[str] = field(default_factory=list)

    def play(self) -> None:
        """Play everything, and end every process."""
        scene = self.scene
        with ExitStack() as ending:
            ending.callback(scene.database.close)
            ending.callback(scene.venue.process.end)
            scene.venue.start()
            ending.callback(scene.bot.end)
            ending.callback(scene.sidecar.process.end)
            scene.say(scene.sidecar.said_at_setup)
            scene.play({"all start": _begin(scene)})
            stories = calm.stories(scene)
            self.calm = list(stories)
            scene.play(stories, APART_SECONDS)
            scene.play(provoked.stories(scene), APART_SECONDS)
            for name, story in provoked.outages(scene).items():
                scene.play({name: story})
            if self.gated:
                scene.play({"the gate": gate.story(scene)})
            self.alerts = scene.sidecar.told()
            if turned_away := scene.venue.turned_away():
                scene.failed.append(f"the venue turned {turned_away} requests away")

    def wrong(self) -> list[str]:
        """Return all that was not as it must be, one line each."""
        return [*self.scene.failed, *wrong(self.scene.conditions, self.alerts)]


def run_of(face: str, database: str, folder: Path, say: Callable[[str], None], *, gated: bool) -> Run:
    """Return a run that is set up, and has not begun."""
    name, began = f"{face}, {database}", monotonic()
    venue = Venue(face, folder)
    (folder / "user_data").mkdir()
    trades = DATABASES[database](folder)
    bot = Bot(program(), venue, folder, trades.freqtrade_url)
    sidecar = Sidecar(folder, bot.config, SECRETS, trades.trueup_url)

    def told(line: str) -> None:
        say(f"{name}: {monotonic() - began:6.1f} s  {line}")

    return Run(name, Scene(venue, bot, trades, sidecar, folder, told), gated)


def _begin(scene: Scene) -> Story:
    yield until("freqtrade", scene.bot.launch(), 240)
    yield until("Trueup", scene.sidecar.launch(), 180)
    yield pause(SETTLING_SECONDS)

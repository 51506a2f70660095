"""What any ledger has to do, as a suite to run against one's own: pytest finds it in a subclass.

    class TestMine(LedgerConformance):
        kind = mine.KIND

        def write(self, folder): ...   # a database as the bot writes it; return its url
        def held(self): ...            # what that bot holds, by symbol, signed
        def change(self, url): ...     # one more commit, as the bot makes it
        def damage(self, url): ...     # make one live row unreadable

It needs nothing of pytest but that it calls methods named `test_` and gives them `tmp_path`.
"""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from trueup.ledgers import (
    Ledger,
    LedgerKind,
    LedgerOptions,
    LedgerReading,
    LedgerTrouble,
    LedgerUnreadable,
    SystemClock,
)

# isort: split
from reconciler.ledgers.checked import CheckedLedger

NAME = "under_test"
READS = 200
SLOWEST_SECONDS = 10.0
"""How long a bot may be kept waiting while its database is read again and again: far above what is honest."""


class LedgerConformance:
    """Subclass it, fill in the four methods and `kind`, and let pytest collect the subclass."""

    kind: LedgerKind
    """What stands under the entry point."""

    options = LedgerOptions()
    """What the settings say beside kind and url."""

    def write(self, folder: Path) -> str:
        """Make a database in `folder` as the bot writes it, with a position in it; return its url."""
        raise NotImplementedError

    def held(self) -> Mapping[str, Decimal]:
        """Return what that bot holds, by ccxt's unified symbol, signed, in the ledger's unit."""
        raise NotImplementedError

    def change(self, url: str) -> None:
        """Commit one more change that concerns a position, as the bot makes it."""
        raise NotImplementedError

    def damage(self, url: str) -> None:
        """Make one live row unreadable, as a crash or a faulty version would: a size that is no number."""
        raise NotImplementedError

    def absent(self, folder: Path) -> str:
        """Return the url of a database that is not there."""
        return f"sqlite:///{folder / 'absent.sqlite'}"

    def stranger(self, folder: Path) -> str:
        """Make a database that is readable and of something else; return its url."""
        path = folder / "stranger.sqlite"
        with sqlite3.connect(path) as made:
            made.execute("CREATE TABLE recipes (id INTEGER PRIMARY KEY, dish TEXT)")
        made.close()
        return f"sqlite:///{path}"

    # What follows is the suite.

    def opened(self, url: str) -> Ledger:
        """Return the ledger of `url`, as Trueup opens it."""
        ledger = self.kind.open(NAME, url, SystemClock(), None, self.options)
        assert ledger.name == NAME, f"it calls itself {ledger.name!r}, and the settings name it {NAME!r}"
        return CheckedLedger(NAME, ledger)

    def _trouble_at(self, url: str) -> LedgerTrouble | None:
        try:
            return _trouble(self.opened(url))
        except LedgerUnreadable as error:  # at the opening already
            return error.trouble

    def test_it_reads_what_the_bot_holds(self, tmp_path: Path) -> None:
        """Every position is read, with its sign and its exact size, and no other."""
        assert self.held(), "held() is empty: a database without a position shows nothing"
        read = _sums(self.opened(self.write(tmp_path)).read())
        wanted = {symbol: amount for symbol, amount in self.held().items() if amount}
        assert read == wanted, f"it reads {_told(read)}, and the bot holds {_told(wanted)}"

    def test_the_same_database_read_twice_says_the_same(self, tmp_path: Path) -> None:
        """Nothing but the time of a reading differs while nothing is written."""
        ledger = self.opened(self.write(tmp_path))
        first, second = ledger.read(), ledger.read()
        assert first.rows == second.rows, "its rows differ from reading to reading"
        assert first.last_activity == second.last_activity, "it says another time of the bot's last word"

    def test_a_database_that_is_not_there_is_an_error_and_is_not_made(self, tmp_path: Path) -> None:
        """An absent database is never an empty one."""
        trouble = self._trouble_at(self.absent(tmp_path))
        assert trouble in {LedgerTrouble.ABSENT, LedgerTrouble.PERMISSION}, f"it says {trouble}"
        assert list(tmp_path.iterdir()) == [], "reading made a file"

    def test_a_database_of_something_else_is_an_error(self, tmp_path: Path) -> None:
        """What is not the bot's is never an empty ledger."""
        trouble = self._trouble_at(self.stranger(tmp_path))
        assert trouble is not None, "a stranger's database is read as an empty ledger"

    def test_a_row_that_cannot_be_read_fails_the_whole_reading(self, tmp_path: Path) -> None:
        """One row left out would be a position that nobody looks for."""
        url = self.write(tmp_path)
        ledger = self.opened(url)
        ledger.read()
        self.damage(url)
        assert _trouble(ledger) is not None, "a damaged row was passed over"

    def test_reading_writes_nothing(self, tmp_path: Path) -> None:
        """No file changes, none is made, none stays behind."""
        ledger = self.opened(self.write(tmp_path))
        before = _contents(tmp_path)
        for _ in range(3):
            ledger.read()
            ledger.version()
        after = _contents(tmp_path)
        changed = sorted(each for each in before.keys() | after.keys() if before.get(each) != after.get(each))
        assert not changed, f"reading changed {', '.join(changed)}"

    def test_a_change_is_seen_by_the_version_and_by_the_next_reading(self, tmp_path: Path) -> None:
        """While the version is that of a reading, the ledger holds what was read."""
        url = self.write(tmp_path)
        ledger = self.opened(url)
        first = ledger.read()
        assert first.version is not None, "a reading without its version is read anew at each look"
        assert first.version == ledger.version(), "it changes though nothing was written"
        self.change(url)
        assert ledger.version() != first.version, "a commit does not change the version"
        assert ledger.read().rows != first.rows, "the change is not read"

    def test_a_bot_can_write_while_it_is_read(self, tmp_path: Path) -> None:
        """The bot's commit neither fails nor waits for a reader that reads again and again."""
        url = self.write(tmp_path)
        ledger = self.opened(url)
        readers_error: list[BaseException] = []
        begun = threading.Event()

        def reads() -> None:
            try:
                for _ in range(READS):
                    _read_or_again(ledger)
                    begun.set()
            except BaseException as error:  # noqa: BLE001 - it is raised below, in the thread of the test
                readers_error.append(error)
                begun.set()

        clock = SystemClock()
        reader = threading.Thread(target=reads)
        reader.start()
        begun.wait()  # a commit before the first reading would show nothing
        began = clock.now().monotonic
        try:
            self.change(url)
            took = clock.now().monotonic - began
        finally:
            reader.join()
        if readers_error:
            raise readers_error[0]
        assert took < SLOWEST_SECONDS, f"the bot waited {took:.1f} s"


def _sums(reading: LedgerReading) -> dict[str, Decimal]:
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in reading.rows:
        held[row.symbol] += row.direction.sign * row.expected
    return {symbol: amount for symbol, amount in held.items() if amount}


def _told(held: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{symbol} {amount}" for symbol, amount in sorted(held.items())) or "nothing"


def _trouble(ledger: Ledger) -> LedgerTrouble | None:
    try:
        ledger.read()
    except LedgerUnreadable as error:
        return error.trouble
    return None


def _read_or_again(ledger: Ledger) -> None:
    try:
        ledger.read()
    except LedgerUnreadable as error:
        if not error.again:
            raise


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

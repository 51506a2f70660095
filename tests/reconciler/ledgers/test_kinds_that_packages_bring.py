"""A kind of ledger that an installed package brings: found by its entry point, or refused in words."""

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from reconciler.ledgers import open_ledger
from reconciler.ledgers.checked import CheckedLedger
from reconciler.ledgers.installed import InstalledKinds, KindUnusable
from reconciler.ledgers.registry import KINDS, OWN_KINDS
from reconciler.settings import SettingsError, load
from tests.reconciler.ledgers.freqtrade_files import StoppedClock
from trueup.ledgers import LedgerTrouble, LedgerUnreadable

WORKS = "from trueup.ledgers import LedgerKind\nKIND = LedgerKind(open=lambda *given: given)\n"
numbers = count()

Install = Callable[..., str]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package as pip leaves one: a module, and its metadata beside it."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    made: list[str] = []

    def one(kind: str, code: str, *, package: str = "trueup-mine") -> str:
        module = f"brought_{next(numbers)}"
        made.append(module)
        (site / f"{module}.py").write_text(code)
        metadata = site / f"{package.replace('-', '_')}-1.2.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        (metadata / "entry_points.txt").write_text(f"[trueup.ledgers]\n{kind} = {module}:KIND\n")
        return module

    yield one
    for module in made:
        sys.modules.pop(module, None)


def settings_with(folder: Path, kind: str) -> Path:
    path = folder / "trueup.toml"
    path.write_text(
        f'[ledgers.mybot]\nkind = "{kind}"\nurl = "sqlite:///bot.sqlite"\n'
        '[accounts.main]\nvenue = "binanceusdm"\nledgers = ["mybot"]\n'
    )
    return path


def test_a_kind_is_there_once_its_package_is_and_is_not_loaded_to_be_named(install: Install) -> None:
    assert "mine" not in KINDS

    module = install("mine", WORKS)

    assert "mine" in KINDS
    assert list(KINDS) == [*OWN_KINDS, "mine"]
    assert len(KINDS) == len(OWN_KINDS) + 1
    assert module not in sys.modules
    assert str(KINDS.origin("mine")) == f"trueup-mine 1.2 ({module}:KIND)"
    assert KINDS.origin("journal") is None


def test_what_it_opens_is_checked_before_it_is_believed(install: Install, tmp_path: Path) -> None:
    install("mine", WORKS)

    opened = open_ledger("mybot", "mine", "sqlite:///bot.sqlite", StoppedClock(), folder=tmp_path)

    assert isinstance(opened, CheckedLedger)


def test_no_package_takes_the_place_of_a_kind_of_ours(install: Install) -> None:
    install("journal", WORKS)

    assert KINDS["journal"] is OWN_KINDS["journal"]
    assert list(KINDS).count("journal") == 1


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import no_such_module_of_anybody\n", "ModuleNotFoundError"),
        ("KIND = {}['size']\n", "KeyError: 'size'"),
        ("OTHER = 1\n", "AttributeError"),
        ("KIND = 'diary'\n", "is a str in trueup-mine 1.2"),
    ],
)
def test_a_kind_that_cannot_be_used_says_which_package_to_repair(
    install: Install, tmp_path: Path, code: str, told: str
) -> None:
    install("broken", code)

    with pytest.raises(KindUnusable, match=told) as raised:
        KINDS["broken"]
    assert "trueup-mine 1.2" in str(raised.value)
    with pytest.raises(SettingsError, match=told) as refused:
        load(settings_with(tmp_path, "broken"), venues=False)
    assert "ledgers.mybot.kind" in str(refused.value)
    with pytest.raises(LedgerUnreadable, match=told) as unread:
        open_ledger("mybot", "broken", "sqlite:///bot.sqlite", StoppedClock(), folder=tmp_path)
    assert unread.value.trouble is LedgerTrouble.SETTINGS


def test_a_broken_package_hurts_nobody_who_does_not_use_it(install: Install, tmp_path: Path) -> None:
    install("broken", "raise RuntimeError\n")

    assert load(settings_with(tmp_path, "journal"), venues=False).ledgers["mybot"].kind == "journal"


def test_two_packages_of_one_kind_are_refused_by_their_names(install: Install) -> None:
    install("mine", WORKS)
    install("mine", WORKS, package="trueup-another")

    with pytest.raises(KindUnusable, match="uninstall all but one") as raised:
        InstalledKinds({})["mine"]
    assert "trueup-mine 1.2" in str(raised.value)
    assert "trueup-another 1.2" in str(raised.value)


def test_a_kind_that_nobody_brings_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        KINDS["nobodys"]
    with pytest.raises(SettingsError, match="is not known: known here are "):
        load(settings_with(tmp_path, "nobodys"), venues=False)

"""`[serve]`: where programs are answered, and under which names; what makes no sense is refused."""

from pathlib import Path

import pytest

from reconciler.settings import SettingsError, load
from tests.reconciler.settings_files import GOOD, written


def served(folder: Path, lines: str) -> str:
    settings = load(written(folder, f"{GOOD}\n[serve]\n{lines}\n"), venues=False).serve
    return f"{settings.address} {settings.port} {' '.join(settings.hosts)}".strip()


def test_without_a_word_it_is_this_machine_alone(tmp_path: Path) -> None:
    assert served(tmp_path, "") == "127.0.0.1 8502"


def test_an_address_a_port_and_names(tmp_path: Path) -> None:
    lines = 'address = "::"\nport = 0\nhosts = ["trueup", "trueup.example.com:443"]'
    assert served(tmp_path, lines) == ":: 0 trueup trueup.example.com:443"


def test_names_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_SERVE__HOSTS", "one.example, two.example:8443")
    assert served(tmp_path, "") == "127.0.0.1 8502 one.example two.example:8443"


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ('address = "localhost"', "serve.address"),
        ("port = 65536", "serve.port"),
        ("port = -1", "serve.port"),
        ('hosts = ["http://trueup.example.com"]', "serve.hosts"),
        ('hosts = ["*"]', "serve.hosts"),
        ('host = "trueup"', "serve.host"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(tmp_path: Path, lines: str, name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        served(tmp_path, lines)
    assert [problem.name.partition("[")[0].startswith(name) for problem in refused.value.problems] == [True]

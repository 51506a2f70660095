"""The wheel alone, in an environment and a folder of its own: all is in it, and the demo plays from it."""

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import metadata, packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("dashboard", "reconciler", "simulator", "trueup", "verification")
ELSEWHERE = {"ray"}
"""What an extra brings that is not installed here: `make test-ray` has it in an environment of its own."""

COMES_WITH = {"pydantic_core": "pydantic"}
"""A module of a distribution that is not named, because another one is made of it."""


@dataclass(frozen=True)
class Built:
    """What was built, and an environment in which nothing but the wheel is Trueup's."""

    wheel: Path
    sdist: Path
    environment: Path

    def run(self, folder: Path, *command: str) -> str:
        """Run a command of the environment in a folder, as a person does who has no checkout."""
        done = subprocess.run(
            [str(self.environment / "bin" / command[0]), *command[1:]],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def build(source: Path, into: Path, *targets: str) -> None:
    chosen = [part for target in targets for part in ("--target", target)]
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(into), *chosen]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("wheel")
    build(ROOT, folder, "wheel", "sdist")
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], timeout=60, check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    # What it depends on is there already: downloading it anew would take CI a minute (`make wheel` does).
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python")]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, timeout=120, check=True)
    return Built(wheel, sdist, environment)


def files_of(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_demo_plays_from_the_wheel_in_an_empty_folder(built: Built, tmp_path: Path) -> None:
    told = json.loads(built.run(tmp_path, "trueup", "demo", "--headless", "--seconds", "6", "--json"))

    asked_by = {(each["asked_by"], each["verdict"]) for each in told["verifications"]}
    assert {("bot", "confirmed"), ("sidecar", "confirmed")} <= asked_by
    assert list(tmp_path.glob("*.db")) == []  # it leaves nothing in the folder it was started in


def test_all_of_it_comes_from_the_wheel_and_knows_its_version(built: Built, tmp_path: Path) -> None:
    found = f"from importlib.util import find_spec\nfor room in {ROOMS}: print(find_spec(room).origin)\n"
    asked = f"{found}from dashboard.launch import home\nprint(home())"
    places = built.run(tmp_path, "python", "-c", asked).split()

    assert len(places) == len(ROOMS) + 1
    assert all(Path(place).is_relative_to(built.environment) for place in places)
    assert built.run(tmp_path, "trueup", "--version") == f"trueup {metadata('trueup')['Version']}\n"


def test_every_file_of_the_rooms_is_in_the_wheel(built: Built) -> None:
    here = {
        str(file.relative_to(ROOT))
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    inside = set(files_of(built.wheel))
    assert here <= inside
    assert {"reconciler/py.typed", "trueup/py.typed", "verification/py.typed"} <= inside
    assert {name.split("/")[0] for name in inside if ".dist-info" not in name} == set(ROOMS)


def test_the_sdist_builds_the_same_wheel(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    build(source, tmp_path / "again", "wheel")

    (again,) = (tmp_path / "again").glob("*.whl")
    assert again.read_bytes() == built.wheel.read_bytes()
    assert (source / "docs" / "prometheus" / "rules.yml").is_file()
    assert (source / "tests" / "packaging").is_dir()


def test_what_the_wheel_imports_is_what_it_declares(built: Built) -> None:
    text = next(data for name, data in files_of(built.wheel).items() if name.endswith("/METADATA"))
    declared = [
        Requirement(each) for each in re.findall(r"^Requires-Dist: (.+)$", text.decode(), re.MULTILINE)
    ]
    names = {canonicalize_name(each.name) for each in declared}
    providers = packages_distributions()

    imported = {module for room in ROOMS for file in (ROOT / room).rglob("*.py") for module in _imports(file)}
    assert names >= ELSEWHERE
    foreign = imported - set(ROOMS) - sys.stdlib_module_names - {"_typeshed"} - ELSEWHERE
    undeclared = {
        module
        for module in foreign
        if not {canonicalize_name(each) for each in providers.get(COMES_WITH.get(module, module), ())} & names
    }
    assert undeclared == set()
    for each in (one for one in declared if one.name not in ELSEWHERE):
        found = metadata(each.name)["Version"]
        assert each.specifier.contains(found), f"{each} and {found}"


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_an_sqlite_sidecar_needs_no_driver_for_postgresql(built: Built, tmp_path: Path) -> None:
    # What an extra brings is hidden: the environment then looks as it does without the extra.
    hidden = "import sys; sys.modules['psycopg'] = None\nfrom importlib import util\n"
    hidden += "found = util.find_spec\n"
    hidden += "util.find_spec = lambda name, *rest: None if name == 'psycopg' else found(name, *rest)\n"
    asked = """
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerUnreadable
from reconciler.settings.database_url import checked_state_url
from verification.facts.clock import SystemClock
for what in (
    lambda: checked_state_url("postgresql+psycopg://u@h/d"),
    lambda: open_ledger("bot", "journal", "postgresql://u@h/d", SystemClock()),
):
    try:
        what()
    except (ValueError, LedgerUnreadable) as error:
        print(error)
open_ledger("bot", "journal", "sqlite:///bot.db", SystemClock())
"""
    told = built.run(tmp_path, "python", "-c", hidden + asked).splitlines()

    assert len(told) == 2
    assert all(line.endswith("not installed: pip install 'trueup[postgres]'") for line in told)


def test_a_folder_of_the_bot_that_stands_in_for_a_room_is_named(built: Built, tmp_path: Path) -> None:
    (tmp_path / "verification").mkdir()
    (tmp_path / "verification" / "__init__.py").touch()
    asked = "\ntry:\n    import trueup\nexcept ImportError as error:\n    print(error)"

    told = built.run(tmp_path, "python", "-c", asked)

    stands_in = f"{tmp_path.resolve()}/verification"
    assert told.startswith(f"trueup needs its own package `verification`, and Python finds {stands_in} under")

"""Container, compose file and unit: what they say is so, and Trueup runs beside a bot that it cannot harm."""

import re
import shutil
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from typing_extensions import override

from reconciler.settings import load
from tests.deploy.test_workers_on_kubernetes import NEEDED
from tests.reconciler.settings_files import written

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def composed() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "docker-compose.override.yml").read_text("utf-8"))[
        "services"
    ]
    return services


def test_the_image_holds_all_that_the_wheel_is_made_of() -> None:
    copied = {
        name
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for name in rest.split()[:-1]
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *(Path(name).parts[0] for name in wheel["force-include"])}
    needed |= {project["project"]["readme"], *project["project"]["license-files"], "requirements.txt"}

    assert needed <= copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_container_is_no_root_and_runs_the_whole_house() -> None:
    said = dict(instructions())

    assert said["USER"] == "1000:1000"
    assert said["ENTRYPOINT"] == '["trueup"]'
    assert said["CMD"] == '["up"]'
    assert "--require-hashes" in next(
        rest for word, rest in instructions() if word == "RUN" and "requirements" in rest
    )


@pytest.mark.parametrize(("status", "healthy"), [(200, "healthy"), (503, "not"), (None, "not")])
def test_the_health_check_passes_where_it_answers_and_only_there(status: int | None, healthy: str) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status or 500)
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    asked: list[str] = []
    check = dict(instructions())["HEALTHCHECK"].partition(" CMD ")[2]
    words: list[str] = yaml.safe_load(check)
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        port = server.server_port
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        if status is None:
            server.shutdown()
            server.socket.close()
        done = subprocess.run(
            [sys.executable, *(word.replace(":8502/", f":{port}/") for word in words[1:])],
            check=False,
            capture_output=True,
        )
        if status is not None:
            server.shutdown()

    assert (done.returncode == 0) is (healthy == "healthy")
    assert asked == (["/healthz"] if status else [])


def test_the_bots_folder_is_read_only_and_nothing_else_is_open() -> None:
    services = composed()
    trueup = services["trueup"]

    assert "./user_data:/freqtrade/user_data:ro" in trueup["volumes"]
    assert [volume for volume in trueup["volumes"] if not volume.endswith(":ro")] == ["./trueup:/trueup"]
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service.get("cap_add", []) == NEEDED.get(service["image"], {}).get("add", []), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name


def test_the_ports_of_the_compose_file_are_those_of_the_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = composed()
    for variable, value in services["trueup"]["environment"].items():
        monkeypatch.setenv(variable, value)
    settings = load(written(tmp_path), venues=False)

    assert str(settings.serve.address) == "0.0.0.0"
    assert settings.serve.hosts == (f"trueup:{settings.serve.port}",)
    (port,) = services["trueup"]["ports"]
    command = services["trueup-screens"]["command"]
    assert port == f"127.0.0.1:{settings.dashboard.port}:{command[3].rpartition(':')[2]}"
    assert command[-1] == f"{settings.dashboard.address}:{settings.dashboard.port}"
    assert services["trueup-screens"]["network_mode"] == "service:trueup"


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    program = tmp_path / "trueup"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "trueup.service"
    text = (DEPLOY / "trueup.service").read_text("utf-8")
    assert "ExecStart=/opt/trueup/bin/trueup up --config" in text
    unit.write_text(text.replace("/opt/trueup/bin/trueup", str(program)))

    done = subprocess.run(
        [shutil.which("systemd-analyze") or "systemd-analyze", "verify", str(unit)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


READ = """
import sqlite3, sys
from pathlib import Path
from reconciler.ledgers.sqlite_reading import SqliteReading
from verification.facts.clock import SystemClock
reading = SqliteReading("mybot", Path(sys.argv[1]), SystemClock())
print(reading.read(lambda tables: tables.select("SELECT word FROM words ORDER BY rowid"))[0])
"""
WRITE = """
import os, sqlite3, sys
bot = sqlite3.connect(sys.argv[1])
bot.execute("PRAGMA journal_mode = WAL")
bot.execute("PRAGMA wal_autocheckpoint = 0")
bot.execute("CREATE TABLE words (word TEXT)")
bot.execute("INSERT INTO words VALUES ('in the log')")
bot.commit()
print("written", flush=True)
sys.stdin.read()
os._exit(0)
"""
MOUNTED = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 1
if touch "$1/x" 2>/dev/null; then exit 2; fi
exec "$2" -c "$3" "$1/db"
"""


def read_on_a_read_only_mount(folder: Path) -> str:
    unshare = ["unshare", "--mount"] if _may_mount() else ["unshare", "--mount", "--map-root-user"]
    done = subprocess.run(
        [*unshare, "sh", "-c", MOUNTED, "sh", str(folder), sys.executable, READ],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _may_mount() -> bool:
    return subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode == 0


def test_a_bot_is_read_on_a_mount_that_takes_no_writes_running_killed_and_copied(tmp_path: Path) -> None:
    wanted = "[{'word': 'in the log'}]"
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, str(tmp_path / "db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == b"written\n"
        assert read_on_a_read_only_mount(tmp_path) == wanted, "running"
    assert {path.name for path in tmp_path.iterdir()} == {"db", "db-wal", "db-shm"}
    assert read_on_a_read_only_mount(tmp_path) == wanted, "killed"
    (tmp_path / "db-shm").unlink()
    assert read_on_a_read_only_mount(tmp_path) == wanted, "copied without its shared memory"
    assert {path.name for path in tmp_path.iterdir()} == {"db", "db-wal"}

"""nginx as `deploy/nginx.conf` has it, before screens of this machine; its files and ports in a folder."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from tests.certificates import write_certificate

ROOT = Path(__file__).resolve().parents[2]
NAME = "trueup.example.com"
AROUND = """\
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    include {folder}/trueup.conf;
}}
"""


def free_port(address: str = "127.0.0.1") -> int:
    with socket.create_server((address, 0)) as taken:
        return int(taken.getsockname()[1])


def configured(folder: Path, screens: Sequence[str], port: int, under: str = "") -> Path:
    """Write the example with its files and ports in `folder`, and what nginx needs around it.

    Args:
        folder: Where all of it is.
        screens: `host:port` of each dashboard.
        port: The one that people come to.
        under: The path that the screens are reached under.
    """
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        (f"/etc/letsencrypt/live/{NAME}", str(folder)),
        ("    server 127.0.0.1:8501;\n", "".join(f"    server {each};\n" for each in screens)),
        ("location / {", f"location {under}/ {{"),
    ):
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    write_certificate(folder, NAME, until=datetime.now(UTC) + timedelta(days=1))  # noqa: TID251 - as TLS does
    (folder / "trueup.conf").write_text(text)
    (folder / "nginx.conf").write_text(
        AROUND.format(folder=folder, user="user root;" if os.geteuid() == 0 else "")
    )
    return folder / "nginx.conf"


@contextmanager
def proxying(folder: Path, screens: Sequence[str], port: int, under: str = "") -> Iterator[None]:
    """Run it, without a word of warning, until the block is left."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin") or "nginx"
    file = configured(folder, screens, port, under)
    words = (nginx, "-c", str(file), "-p", str(folder), "-e", str(folder / "errors"))
    tried = subprocess.run([*words, "-t"], check=False, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr
    process = subprocess.Popen(words)
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            Event().wait(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")

"""A web server on loopback that takes messages, in the JSON of apprise's `json://`, and counts them."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from typing_extensions import override


@dataclass(slots=True)
class Taken:
    """One request: what it carried, and what it was answered."""

    body: dict[str, Any]
    status: int


@dataclass
class Receiver:
    """Answers as it is told to.

    Attributes:
        status: The HTTP status that it answers.
        headers: Further headers of its answers.
        says: The body of its answers.
        hangs: It answers nothing while this is set.
        taken: Every request that came.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    says: str = '{"ok": true}'
    hangs: bool = False
    taken: list[Taken] = field(default_factory=list)

    def __enter__(self) -> Self:
        receiver = self
        self.let_go = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if receiver.hangs:
                    receiver.let_go.wait(60)
                receiver.taken.append(Taken(body, receiver.status))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(receiver.says.encode())

            @override
            def log_message(self, *_: object) -> None:
                return

        class Quiet(ThreadingHTTPServer):
            @override
            def handle_error(self, *_: object) -> None:
                return  # who asked has gone away

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        port: int = self._server.server_address[1]
        return port

    def messages(self) -> list[dict[str, Any]]:
        """What was taken."""
        return [each.body for each in self.taken if each.status < 300]

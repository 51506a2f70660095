"""A small provider of OpenID Connect on loopback: it signs, and it lies on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from typing_extensions import override

from verification.facts.clock import SystemClock

CLIENT, SECRET, CODE = "trueup", "the-client-secret", "the-code"


@dataclass
class LoopbackProvider:
    """One person signs in at it; `lies` changes what it says of them."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "1", "email": "ann@example.com"})
    lies: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k"}))
    signs_with: Any = None
    algorithm: str = "RS256"
    seen: dict[str, str] = field(default_factory=dict)
    used: list[dict[str, str]] = field(default_factory=list)
    down: bool = False

    def sends_back(self, address: str) -> str:
        """Do what the provider and a browser do: return to where the browser is sent with the code."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        self.seen = asked
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode({'code': CODE, 'state': asked['state']})}"

    def answer(self, path: str, form: dict[str, str], login: str) -> tuple[int, dict[str, Any]]:
        """Answer a request to one of its places."""
        if self.down:
            return 500, {}
        match path:
            case "/.well-known/openid-configuration":
                places = ("authorize", "token", "jwks", "userinfo")
                names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
                found = {name: f"{self.url}/{place}" for name, place in zip(names, places, strict=True)}
                return 200, {"issuer": self.url, **found}
            case "/jwks":
                return 200, {"keys": [self.key.as_dict(private=False)]}
            case "/userinfo":
                return 200, {"sub": self.claims["sub"], **self.more}
            case "/token":
                return self._token(form, login)
            case _:
                return 404, {}

    def _token(self, form: dict[str, str], login: str) -> tuple[int, dict[str, Any]]:
        self.used.append(form)
        challenge = create_s256_code_challenge(form.get("code_verifier", ""))
        if form.get("code") != CODE or challenge != self.seen["code_challenge"] or not login:
            return 400, {"error": "invalid_grant"}
        now = int(SystemClock().now().utc.timestamp())
        told = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.seen["nonce"],
            **self.claims,
            **self.lies,
        }
        signed = jwt.encode(
            {"alg": self.algorithm, "kid": "k"},
            told,
            self.signs_with or self.key,
            algorithms=[self.algorithm],
        )
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": signed}


@contextmanager
def provider() -> Iterator[LoopbackProvider]:
    """Run one until the block is left."""
    made = LoopbackProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer({name: value[0] for name, value in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            status, told = made.answer(urlsplit(self.path).path, form, self.headers.get("authorization", ""))
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    running = threading.Thread(target=server.serve_forever)
    running.start()
    try:
        yield made
    finally:
        server.shutdown()
        running.join()
        server.server_close()


def shared_key() -> Any:
    """Return a key that both sides know, as the secret of a client is."""
    return OctKey.import_key(SECRET.ljust(32, "x"))

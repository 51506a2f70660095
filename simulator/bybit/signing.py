"""Who may ask: key, timestamp and signature, of a request's headers and of a socket's `auth`."""

from urllib.parse import unquote

from simulator.bybit.errors import ApiError
from simulator.serving.credentials import Credentials
from simulator.wire import Call

DEFAULT_RECV_WINDOW_MS = 5000
AHEAD_MS = 1000
AUTH_ARGUMENTS = 3


def _check_key(key: str | None, credentials: Credentials) -> None:
    if not key or credentials.api_key not in {None, key}:
        raise ApiError(10003, "API key is invalid.")


def check_signed(call: Call, credentials: Credentials, now_ms: int) -> None:
    """Check key, timestamp and signature of a request.

    Raises:
        ApiError: One of them is missing or wrong.
    """
    key = call.headers.get("x-bapi-api-key", "")
    _check_key(key, credentials)
    stamp, window = call.headers.get("x-bapi-timestamp", ""), call.headers.get("x-bapi-recv-window", "")
    if not stamp.isdecimal():
        raise ApiError(10001, "params error: X-BAPI-TIMESTAMP invalid")
    span = int(window) if window.isdecimal() else DEFAULT_RECV_WINDOW_MS
    if not now_ms - span <= int(stamp) < now_ms + AHEAD_MS:
        raise ApiError(
            10002,
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{stamp}],server_timestamp[{now_ms}],recv_window[{span}]",
        )
    head = stamp + key + window
    payload = call.body if call.method == "POST" else call.query
    signature = call.headers.get("x-bapi-sign", "")
    if not credentials.agrees(signature, head + payload, head + unquote(payload)):
        raise ApiError(10004, "error sign! please check your signature generation algorithm.")


def check_auth(arguments: list[str], credentials: Credentials, now_ms: int) -> None:
    """Check the arguments of a socket's `auth`: key, expiry, signature.

    Raises:
        ApiError: One of them is missing or wrong.
    """
    if len(arguments) != AUTH_ARGUMENTS or not arguments[1].isdecimal():
        raise ApiError(10001, "Params Error")
    key, expires, signature = arguments
    _check_key(key, credentials)
    if int(expires) <= now_ms:
        raise ApiError(10002, "Request expired")
    if not credentials.agrees(signature, f"GET/realtime{expires}"):
        raise ApiError(10004, "Signature verification failed")

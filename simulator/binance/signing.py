"""Who may ask: the key, the signature and the timestamp, checked in the venue's order."""

import re

from simulator.binance.errors import ApiError
from simulator.serving.credentials import Credentials
from simulator.wire import Call

_SIGNATURE = re.compile(r"&?signature=[^&]*")
DEFAULT_RECV_WINDOW_MS = 5000
AHEAD_MS = 1000
TIMESTAMP_MISSING = "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."


def check_key(call: Call, credentials: Credentials) -> str:
    """Return the request's key.

    Raises:
        ApiError: There is none, or it is not the account's.
    """
    key = call.headers.get("x-mbx-apikey")
    if not key:
        raise ApiError(-2014, "API-key format invalid.", 401)
    if credentials.api_key not in {None, key}:
        raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", 401)
    return key


def check_signed(call: Call, credentials: Credentials, now_ms: int) -> None:
    """Check key, timestamp and signature.

    Raises:
        ApiError: One of them is missing or wrong.
    """
    check_key(call, credentials)
    params = call.params
    try:
        timestamp = int(params["timestamp"])
        window = int(params.get("recvWindow", DEFAULT_RECV_WINDOW_MS))
    except (KeyError, ValueError):
        raise ApiError(-1102, TIMESTAMP_MISSING) from None
    if timestamp >= now_ms + AHEAD_MS:
        raise ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now_ms - timestamp > window:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
    signature = params.get("signature")
    if not signature:
        raise ApiError(-1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.")
    signed = _SIGNATURE.sub("", call.query + call.body)
    if not credentials.agrees(signature, signed):
        raise ApiError(-1022, "Signature for this request is not valid.")

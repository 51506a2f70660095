"""What `streamlit run` serves: the pages, behind the gate."""

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from dashboard.changes import PATH, Changes
from dashboard.entrance.building import entrance_of
from dashboard.entrance.place import places
from dashboard.gate import Gate
from dashboard.launch import door_of
from dashboard.packed import Packed
from verification.facts.clock import SystemClock

_INDEX = Path(st.__file__).parent / "static" / "index.html"
_PORT = int(st.get_option("server.port"))

_door = door_of(os.environ)
_doorkeeper, _entrance = entrance_of(_door, _PORT, SystemClock())

app = st.App(
    Path(__file__).with_name("app.py"),
    routes=[WebSocketRoute(PATH, Changes().serve)],
    middleware=[
        Middleware(
            Gate,
            places=places(_PORT, tls=_door.certificate is not None, public_url=_door.public_url),
            doorkeeper=_doorkeeper,
            entrance=_entrance,
            index=_INDEX,
        ),
        Middleware(Packed),
    ],
)

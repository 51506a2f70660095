"""What `streamlit run` serves: the pages, behind the gate."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from dashboard.changes import PATH, Changes
from dashboard.gate import Gate, places

_INDEX = Path(st.__file__).parent / "static" / "index.html"

app = st.App(
    Path(__file__).with_name("app.py"),
    routes=[WebSocketRoute(PATH, Changes().serve)],
    middleware=[Middleware(Gate, hosts=places(int(st.get_option("server.port"))), index=_INDEX)],
)

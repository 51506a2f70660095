"""What stands on top of every page: the sentence, what is not well by name, the clock of here and of UTC."""

import streamlit as st

from dashboard import favicon, state_reader
from dashboard.banner import banner
from dashboard.look.markup import chip, icon, safe
from dashboard.redrawing import EVERY_SECONDS
from dashboard.silence import beat
from dashboard.words import numbers as words
from dashboard.words.chips import chips
from dashboard.words.verdict import Unread, judge
from reconciler.views.now import NowView


def strip(*, home: bool) -> None:
    """Show it, and set the tab's title and picture. `home`: the first page, with the sentence whole."""
    view = state_reader.now()
    verdict = judge(view)
    st.set_page_config(
        page_title=favicon.title(verdict.level, verdict.count),
        page_icon=favicon.icon(verdict.level, verdict.count),
        layout="wide",
    )
    with st.container(key="strip", gap="xsmall"):
        banner(verdict, home=home)
        facts = "".join(chip(each.text, each.tone, each.sign, more=each.more) for each in chips(view))
        st.html(f'<div class="t-strip"><div>{facts}</div>{_clock(view)}</div>')
    # Last: what comes before it has been sent by then.
    beat(view)


def _clock(view: NowView | Unread) -> str:
    now = view.at if isinstance(view, Unread) else view.read_at
    here = words.local(now, st.context.timezone)
    local = f"<span>{safe(here)}</span>" if here else ""
    live = f'<span class="t-live">{icon("sync")}Live, every {EVERY_SECONDS} s</span>'
    return f'<div class="t-clock">{live}<b>{words.clock(now)}</b>{local}</div>'

"""The dialog by which a person says one thing of many alerts: of each as it is shown, by id and version.

What was not so any more when it was stored, or was refused, is told line by line: nothing of it is swallowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from dashboard import state_reader
from dashboard.escape import WHOLE, markdown
from dashboard.focus import focus_on_the_first
from dashboard.saying_form import KEPT_NAME, end_asked, name_asked, note_asked
from dashboard.words import many as words
from dashboard.words.saying import CHOICE, Filled, Word
from reconciler.alerts.alert import Alert
from reconciler.console import AlertCommandError, StateDatabaseError

MANY = "many-alerts-to-speak-of"
CAME = "what-came-of-many"
DONE = "many-alerts-were-spoken-of"
"""Raised when something was stored of many: what was chosen by then is chosen no more."""
_NAMED = 8


@dataclass(frozen=True, slots=True)
class AskedOfMany:
    """Of which alerts somebody speaks, as they were shown to them when the dialog was opened at `at`."""

    alerts: tuple[Alert, ...]
    at: datetime
    word: Word


@dataclass(slots=True)
class Came:
    """What came of it, one line for each alert of which there is something to say."""

    stored: int = 0
    told: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def ask(alerts: Sequence[Alert], now: datetime, word: Word) -> None:
    """Open the dialog about these alerts."""
    close()
    st.session_state[MANY] = AskedOfMany(tuple(alerts), now, word)
    st.rerun()


def close() -> None:
    """Close it; what came of it was read."""
    st.session_state.pop(MANY, None)
    st.session_state.pop(CAME, None)


def dialog() -> None:
    """Show the dialog where somebody has asked for it."""
    asked = st.session_state.get(MANY)
    if asked is not None:
        title = f"{CHOICE[asked.word]} {words.how_many(asked.alerts)}"
        st.dialog(title, icon=":material/checklist:", on_dismiss=close)(_speak)(asked)


def _speak(asked: AskedOfMany) -> None:
    about = words.about(asked.alerts, _NAMED)
    st.markdown("  \n".join(markdown(line, WHOLE) for line in about))
    left_out = words.left_out(asked.alerts)
    if left_out:
        st.caption(markdown(left_out, WHOLE))
    st.caption(markdown(words.meaning(asked.word), WHOLE))
    place = st.empty()
    if CAME not in st.session_state:
        with place.container():
            said = _form(asked)
        if said is not None:
            with place.container(), st.spinner("Storing"):
                st.session_state[CAME] = _store(asked, said)
    if CAME in st.session_state:
        with place.container():
            _show(st.session_state[CAME])


def _form(asked: AskedOfMany) -> Filled | None:
    speakable = words.speakable(asked.alerts)
    if not speakable:
        st.warning("None of them is open any more.", icon=":material/task_alt:")
        return None
    with st.form(key=f"saying-of-many-{asked.word.value}", border=False):
        name = name_asked("name-of-many")
        note = note_asked(words.note_label(speakable), "note-of-many")
        until = end_asked(
            words.ends(asked.word, speakable, asked.at),
            words.usual_end(asked.word, speakable, asked.at),
            asked.at,
            "until-of-many",
        )
        label = f"{CHOICE[asked.word]} {words.how_many(speakable)}"
        sent = st.form_submit_button(label, key="confirm-many", type="primary", icon=":material/check:")
    focus_on_the_first(f"many-{asked.at.isoformat()}")
    return Filled(name, note, until) if sent else None


def _store(asked: AskedOfMany, said: Filled) -> Came:
    """Say it of each of them, one by one: what is refused of one does not undo another."""
    came = Came()
    for alert in words.speakable(asked.alerts):
        name = words.named(alert)
        try:
            answer = state_reader.say(alert, asked.word, said)
        except AlertCommandError as refusal:
            came.refused.append(f"{name}: {refusal}")
        except StateDatabaseError as error:
            lead = "it is not known whether this was stored" if error.unsure else "not stored"
            came.refused.append(f"{name}: {lead}. {error}")
        else:
            came.stored += 1
            if answer.told:
                came.told.append(f"{name}: {answer.told}")
    if came.stored:
        st.session_state[KEPT_NAME] = said.name
        st.session_state[DONE] = st.session_state.get(DONE, 0) + 1
    return came


def _show(came: Came) -> None:
    if came.refused:
        st.error(words.lines("Not stored:", came.refused, markdown), icon=":material/block:")
    if came.told:
        st.warning(words.lines("Changed meanwhile:", came.told, markdown), icon=":material/priority_high:")
    if came.stored and not (came.refused or came.told):
        close()
        st.rerun()
    if came.stored:
        st.caption(f"Stored for {words.counted(came.stored)}.")
    if came.refused and not came.stored and st.button("Back", key="many-back"):
        st.session_state.pop(CAME, None)
        st.rerun(scope="fragment")

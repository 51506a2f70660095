"""The dialogs in which a person says something of an alert: of this very one, as the dialog shows it."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from dashboard import state_reader
from dashboard.escape import WHOLE, markdown
from dashboard.identity import identity
from dashboard.words import alert as alert_words
from dashboard.words import saying as words
from dashboard.words.saying import Word
from reconciler.alerts.alert import Alert
from reconciler.console import AlertCommandError, StateDatabaseError

NAME = "name-of-the-person"
ASKED = "alert-to-speak-of"
TOLD = "told-after-speaking"
LONGEST_NAME = 80
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which alert somebody speaks of, as it was shown to them, and since when the dialog is open."""

    alert: Alert
    at: datetime
    more: bool


def acknowledge_button(alert: Alert, now: datetime, *, primary: bool) -> None:
    """Show the button of one alert; it opens the dialog for exactly this one."""
    pressed = st.button(
        "Acknowledge",
        key=f"acknowledge-{alert.id}",
        type="primary" if primary else "secondary",
        icon=":material/check:",
    )
    if pressed:
        _open(Asked(alert, now, more=False))


def more_button(alert: Alert, now: datetime) -> None:
    """Show the button for all else that can be said of one alert."""
    if st.button("More", key=f"more-{alert.id}", type="tertiary", icon=":material/more_horiz:"):
        _open(Asked(alert, now, more=True))


def _open(asked: Asked) -> None:
    st.session_state[ASKED] = asked
    st.rerun()


def dialog() -> None:
    """Show the dialog where somebody has asked for it.

    Call it outside of what refreshes itself: a click in a dialog that is part of that is lost when both come
    at once, for Streamlit then runs only what refreshes.
    """
    asked = st.session_state.get(ASKED)
    if asked is None:
        return
    if asked.more:
        _ask_more(asked)
    else:
        _ask(asked)


def _close() -> None:
    st.session_state.pop(ASKED, None)
    st.session_state.pop(TOLD, None)


@st.dialog("Acknowledge", icon=":material/check:", on_dismiss=_close)
def _ask(asked: Asked) -> None:
    _speak(asked, Word.ACKNOWLEDGE)


@st.dialog("Say more", icon=":material/more_horiz:", on_dismiss=_close)
def _ask_more(asked: Asked) -> None:
    choices = words.sayable(asked.alert)
    chosen = st.pills(
        "What",
        choices,
        default=choices[0],
        required=True,
        format_func=lambda word: words.CHOICE[Word(word)],
        key=f"word-{asked.alert.id}",
        label_visibility="collapsed",
    )
    _speak(asked, Word(chosen or choices[0]))


def _speak(asked: Asked, word: Word) -> None:
    alert = asked.alert
    st.markdown(f"**{markdown(alert_words.headline(alert))}**")
    st.caption(markdown(alert_words.at_stake(alert)))
    st.caption(markdown(words.meaning(word, alert), WHOLE))
    place = st.empty()
    if TOLD not in st.session_state:
        with place.container():
            said = _form(asked, word)
        if said is not None:
            _store(asked, word, said)
    if TOLD in st.session_state:
        # What was sent is stored: only what they could not know is left to say.
        place.warning(markdown(st.session_state[TOLD], WHOLE), icon=":material/notification_important:")


def _form(asked: Asked, word: Word) -> words.Filled | None:
    """Ask for name, end and note; return them once they are sent."""
    alert = asked.alert
    with st.form(key=f"saying-{word.value}-{alert.id}", border=False):
        name = _name(alert)
        until = _until(asked, word)
        note = st.text_area(
            words.note_label(word, alert),
            key=f"note-{alert.id}",
            max_chars=LONGEST_NOTE,
            height=90,
        )
        sent = st.form_submit_button(
            words.CHOICE[word], key=f"confirm-{alert.id}", type="primary", icon=":material/check:"
        )
    return words.Filled(name.strip(), note.strip(), until) if sent else None


def _name(alert: Alert) -> str:
    """Say in whose name it will be; ask for one only where sign-in knows none."""
    person = identity()
    if person is not None and person.name:
        st.caption(f"As {markdown(person.name)}")
        return person.name
    last = str(st.session_state.get(NAME, ""))
    return st.text_input("Your name", value=last, key=f"name-{alert.id}", max_chars=LONGEST_NAME)


def _until(asked: Asked, word: Word) -> datetime | None:
    """Ask until when; the times are those that are stored, counted from when the dialog was opened."""
    ends = words.ends(word, asked.alert, asked.at)
    if not ends:
        return None
    usual = words.usual_end(word, asked.alert, asked.at)
    return st.selectbox(
        "Until",
        ends,
        index=ends.index(usual),
        format_func=lambda end: words.end_label(end, asked.at),
        key=f"until-{word.value}-{asked.alert.id}",
    )


def _store(asked: Asked, word: Word, said: words.Filled) -> None:
    """Store it; then close the dialog, or keep it open for what the person has to be told."""
    try:
        answer = state_reader.say(asked.alert, word, said)
    except AlertCommandError as refusal:
        st.error(markdown(str(refusal)), icon=":material/block:")
    except StateDatabaseError as error:
        lead = "It is not known whether this was stored." if error.unsure else "Not stored."
        st.error(f"**{lead}** {markdown(str(error))}", icon=":material/cancel:")
    else:
        st.session_state[NAME] = said.name
        if answer.told:
            st.session_state[TOLD] = answer.told
            return
        _close()
        st.rerun()

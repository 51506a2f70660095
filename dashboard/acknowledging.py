"""The buttons and the dialog by which a person says something of one alert, as it is shown to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from dashboard import acting_on_many, state_reader
from dashboard.escape import WHOLE, markdown
from dashboard.focus import focus_on_the_first
from dashboard.identity import may
from dashboard.saying_form import KEPT_NAME, end_asked, name_asked, note_asked
from dashboard.words import alert as alert_words
from dashboard.words import numbers
from dashboard.words import saying as words
from dashboard.words.saying import Word
from reconciler.alerts.alert import Alert
from reconciler.console import AlertCommandError, StateDatabaseError
from reconciler.facts.person import Deed

ASKED = "alert-to-speak-of"
TOLD = "told-after-speaking"
_PART = "dialog"
ONLY_LOOK = "Your role lets you look, and not act."
ICONS = {
    Word.ACKNOWLEDGE: ":material/check:",
    Word.SNOOZE: ":material/bedtime:",
    Word.INTEND: ":material/verified_user:",
    Word.NOTE: ":material/edit_note:",
    Word.CLOSE: ":material/person_off:",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which alert somebody speaks of, as it was shown to them, and since when the dialog is open.

    Attributes:
        alert: The alert.
        at: When the dialog was opened, aware UTC.
        choices: What may be said; one alone is not asked for.
        until: The end that was chosen on the button already; None for the usual one.
    """

    alert: Alert
    at: datetime
    choices: tuple[Word, ...]
    until: datetime | None = None


def acknowledge_button(alert: Alert, now: datetime, *, primary: bool, place: str = "") -> None:
    """Show the button of one alert; it opens the dialog for exactly this one.

    `place` tells it from another of the same alert on the page.
    """
    kind = "primary" if primary else "secondary"
    asked = Asked(alert, now, (Word.ACKNOWLEDGE,))
    _button("Acknowledge", f"{place}acknowledge-{alert.id}", Word.ACKNOWLEDGE, asked, kind=kind)


def snooze_menu(alert: Alert, now: datetime, *, place: str = "") -> None:
    """Show the choice of how long it is to be quiet; the dialog then asks for the note."""
    ends = words.ends(Word.SNOOZE, alert, now)
    spans = [end - now for end in ends]
    key = f"{place}snooze-{alert.id}"
    st.menu_button(
        words.CHOICE[Word.SNOOZE],
        spans,
        key=key,
        format_func=numbers.duration,
        disabled=not may(Deed.SNOOZE),
        help=None if may(Deed.SNOOZE) else ONLY_LOOK,
        on_click=_snooze,
        args=(alert, now, key),
    )


def _snooze(alert: Alert, now: datetime, key: str) -> None:
    chosen: timedelta | None = st.session_state[key]
    if chosen is not None:
        _open(Asked(alert, now, (Word.SNOOZE,), now + chosen))


def word_button(alert: Alert, now: datetime, word: Word, *, label: str, where: str) -> None:
    """Show a button for one word alone; `where` tells it from others of the same word on a page."""
    _button(label, f"{word.value}-{where}-{alert.id}", word, Asked(alert, now, (word,)))


def more_button(alert: Alert, now: datetime) -> None:
    """Show the button for all else that can be said of one alert."""
    choices = tuple(word for word in words.sayable(alert) if may(Deed(word.value)))
    st.button(
        "More",
        key=f"more-{alert.id}",
        type="tertiary",
        icon=":material/more_horiz:",
        disabled=not choices,
        help=None if choices else ONLY_LOOK,
        on_click=_open,
        args=(Asked(alert, now, choices),),
    )


def _button(label: str, key: str, word: Word, asked: Asked, kind: str = "secondary") -> None:
    able = may(Deed(word.value))
    st.button(
        label,
        key=key,
        type="primary" if kind == "primary" else "secondary",
        icon=ICONS[word],
        disabled=not able,
        help=None if able else ONLY_LOOK,
        on_click=_open,
        args=(asked,),
    )


def _open(asked: Asked) -> None:
    """Open the dialog before anything else is drawn anew: whoever clicks waits for this alone."""
    acting_on_many.close()
    st.session_state[ASKED] = asked
    st.rerun(_PART)


@st.fragment(key=_PART)
def dialog() -> None:
    """Show the dialog where somebody has asked for it.

    Call it outside of what refreshes itself: a click in a dialog that is part of that is lost when both come
    at once, for Streamlit then runs only what refreshes. And before it: a click finds only what was drawn.
    """
    asked = st.session_state.get(ASKED)
    if asked is None:
        acting_on_many.dialog()
        return
    first = asked.choices[0]
    if len(asked.choices) > 1:
        _ask_more(asked)
    else:
        title, icon = words.CHOICE[first], ICONS[first]
        st.dialog(title, icon=icon, on_dismiss=_close)(_speak)(asked, first)


def _close() -> None:
    st.session_state.pop(ASKED, None)
    st.session_state.pop(TOLD, None)


@st.dialog("Say more", icon=":material/more_horiz:", on_dismiss=_close)
def _ask_more(asked: Asked) -> None:
    chosen = st.pills(
        "What",
        asked.choices,
        default=asked.choices[0],
        required=True,
        format_func=lambda word: words.CHOICE[Word(word)],
        key=f"word-{asked.alert.id}",
        label_visibility="collapsed",
    )
    _speak(asked, Word(chosen or asked.choices[0]))


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
    """Ask for name, note and end; return them once they are sent."""
    alert = asked.alert
    with st.form(key=f"saying-{word.value}-{alert.id}", border=False):
        name = name_asked(f"name-{alert.id}")
        note = note_asked(words.note_label(word, alert), f"note-{alert.id}")
        until = end_asked(
            words.ends(word, alert, asked.at),
            asked.until or words.usual_end(word, alert, asked.at),
            asked.at,
            f"until-{word.value}-{alert.id}",
        )
        sent = st.form_submit_button(
            words.CHOICE[word], key=f"confirm-{alert.id}", type="primary", icon=ICONS[word]
        )
    focus_on_the_first(f"{word.value}-{alert.id}-{asked.at.isoformat()}")
    return words.Filled(name, note, until) if sent else None


def _store(asked: Asked, word: Word, said: words.Filled) -> None:
    """Store it; then close the dialog, or keep it open for what the person has to be told."""
    try:
        answer = state_reader.say(asked.alert, word, said)
    except AlertCommandError as refusal:
        st.error(markdown(str(refusal), WHOLE), icon=":material/block:")
    except StateDatabaseError as error:
        lead = "It is not known whether this was stored." if error.unsure else "Not stored."
        st.error(f"**{lead}** {markdown(str(error), WHOLE)}", icon=":material/cancel:")
    else:
        st.session_state[KEPT_NAME] = said.name
        if answer.told:
            st.session_state[TOLD] = answer.told
            return
        _close()
        st.rerun()

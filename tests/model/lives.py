"""Short lives of the model, each of which shows what a fault would do; the right product gets through all.

In each `a` has both accounts, and the first condition of `main` has just fired.
"""

from reconciler.notify.message import Message
from tests.model.machine import Lives
from tests.model.process import Mailbox
from tests.model.world import CONDITIONS
from tests.reconciler.storage.alert_model import Found

FIRST, SECOND, ELSEWHERE = CONDITIONS[:3]
MILD, GROWN, SEVERE = (Found(*each, 43) for each in ((False, 1000), (False, 1200), (True, 1200)))


def another_one_asks(m: Lives) -> None:
    m.another_one_asks_for_what_is_held("main", "b")


def a_holder_dies(m: Lives) -> None:
    m.dies("a", 0)
    m.time_passes(31.7, beating=False)
    m.claims("b", "main")
    m.it_is_found(SECOND, MILD, sure=True)


def a_holder_is_followed(m: Lives) -> None:
    m.a_holder_stands_still_and_is_followed("main", 0, GROWN)


def it_is_given_back_and_taken(m: Lives) -> None:
    m.gives_back("a", "main")
    m.claims("b", "main")


def a_claim_comes_in_the_middle_of_a_write(m: Lives) -> None:
    m.a_write_stands_still_and_another_one_claims("main", "b")


def a_channel_is_away(m: Lives) -> None:
    m.a_channel_takes_nothing("phone", 9.7)


def it_gets_worse(m: Lives) -> None:
    m.time_passes(8.3, beating=True)
    m.it_is_found(FIRST, SEVERE, sure=True)


def a_sender_is_followed(m: Lives) -> None:
    """It stands still between the sending and the mark, until another one has the account."""
    world, sender = m.world, m.world.processes["a"]
    comes = world.comes

    def and_stands_still(mailbox: Mailbox, message: Message) -> None:
        comes(mailbox, message)
        sender.freeze()

    world.comes = and_stands_still  # type: ignore[method-assign]
    m.time_passes(3.1, beating=False)
    world.comes = comes  # type: ignore[method-assign]
    assert sender.frozen
    m.somebody_removes_the_lock("main")
    m.time_passes(31.7, beating=False)
    m.claims("b", "main")
    m.thaws("a")
    m.time_passes(0.7, beating=False)


def it_grows_before_the_word(m: Lives) -> None:
    m.it_grows_between_look_and_word(FIRST, GROWN, "acknowledge")


def it_grows_before_the_tap(m: Lives) -> None:
    m.time_passes(8.3, beating=True)
    m.it_is_found(FIRST, GROWN, sure=True)
    m.somebody_taps(-1, "ann", "a")


def it_grows_after_the_word(m: Lives) -> None:
    m.a_person_says(FIRST, "ann", "acknowledge", 45.0, looks=True, dies=False)
    m.it_is_found(FIRST, GROWN, sure=True)


def two_speak_at_once(m: Lives) -> None:
    for by in ("ann", "bob"):
        m.a_person_looks(FIRST, by)
    m.a_person_says(FIRST, "ann", "acknowledge", 45.0, looks=False, dies=False)
    m.a_person_says(FIRST, "bob", "snooze", 45.0, looks=False, dies=False)


def it_is_clear_once(m: Lives) -> None:
    m.it_is_clear(FIRST, twice=False)


def another_account_is_looked_at(m: Lives) -> None:
    m.a_person_says(FIRST, "ann", "acknowledge", 10.0, looks=True, dies=False)
    m.all_machines_sleep(11.3)
    m.it_cannot_be_seen(ELSEWHERE)

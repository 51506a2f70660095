"""Why a person's command about an alert was refused, in words that can be shown to that person.

AlertCommandError
  AlertNotFound      no alert has this id
  AlreadyResolved    it is over; there is nothing to do about it
  NotFiringYet       it is only suspected; nobody was told of it
  NotAllowed         it takes another role than the person has
  NameRequired       whoever says something says who they are
  NoteRequired       a critical alert, what is intended and what is closed need a note
  WrongEnd           the end that was chosen is over, or too far away
  TakenMeanwhile     somebody else has taken it since the person looked
  NotByHand          it is no position that somebody may have opened by hand
  AnotherSize        it is not of the size that the person saw
  AlertGrown         it has become worse than the person saw
  AlertChanged       another process changes it at this very moment: try again
  NoSuchAccount      nothing is known of an account of this name
  NoSuchChannel      nobody serves a channel of this name
  NoWindow           no maintenance window of the account is open
"""


class AlertCommandError(Exception):
    """A command about an alert was refused. The message is one plain line for the person who gave it."""


class AlertNotFound(AlertCommandError):
    """No alert has this id."""


class AlreadyResolved(AlertCommandError):
    """The alert is over: resolved, retired or closed."""


class NotFiringYet(AlertCommandError):
    """The alert is still pending: it may be a transient and nobody was told of it."""


class NotAllowed(AlertCommandError):
    """The role of whoever is signed in does not allow it."""


class NameRequired(AlertCommandError):
    """A word without a name says nothing."""


class NoteRequired(AlertCommandError):
    """This cannot be said without a note."""


class WrongEnd(AlertCommandError):
    """The end that was chosen is over, or further away than is allowed."""


class TakenMeanwhile(AlertCommandError):
    """Somebody else has taken it, or holds it quiet, since the person looked."""


class NotByHand(AlertCommandError):
    """It is no position that somebody may have opened by hand."""


class AnotherSize(AlertCommandError):
    """It is not of the size that the person saw."""


class AlertGrown(AlertCommandError):
    """It has become worse than the person saw."""


class AlertChanged(AlertCommandError):
    """The alert was changed by another process at the same moment."""


class NoSuchAccount(AlertCommandError):
    """Nothing is known of an account of this name."""


class NoSuchChannel(AlertCommandError):
    """Nobody serves a channel of this name."""


class NoWindow(AlertCommandError):
    """No maintenance window of the account is open."""

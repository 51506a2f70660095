"""Why a person's command about an alert was refused, in words that can be shown to that person.

AlertCommandError
  AlertNotFound      no alert has this id
  AlreadyResolved    it is over; there is nothing to acknowledge
  NotFiringYet       it is only suspected; nobody was told of it
  NameRequired       an acknowledgement names who gives it
  NoteRequired       a critical alert is acknowledged with a note
  AlertChanged       another process changes it at this very moment: try again
"""


class AlertCommandError(Exception):
    """A command about an alert was refused. The message is one plain line for the person who gave it."""


class AlertNotFound(AlertCommandError):
    """No alert has this id."""


class AlreadyResolved(AlertCommandError):
    """The alert is over: resolved, or retired."""


class NotFiringYet(AlertCommandError):
    """The alert is still pending: it may be a transient and nobody was told of it."""


class NameRequired(AlertCommandError):
    """An acknowledgement without a name says nothing."""


class NoteRequired(AlertCommandError):
    """A critical alert cannot be acknowledged without a note."""


class AlertChanged(AlertCommandError):
    """The alert was changed by another process at the same moment."""

"""What goes wrong with a journal, in one line that says what and what to do."""

from verification.opening.journal_port import JournalFailed


class JournalError(JournalFailed):
    """The journal cannot be used, or was used wrongly: one line that says what and what to do."""

"""How Python's driver tells of a text in an SQLite file that is none: by its words, without a code; pure."""

_SAID = "Could not decode to UTF-8"


def tells_of_no_text(error: object) -> bool:
    """Return whether an error of the driver, or what it says, is that a text in the file is not UTF-8."""
    return str(error).startswith(_SAID)

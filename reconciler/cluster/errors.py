"""Why a cluster cannot be used."""


class ClusterError(Exception):
    """It cannot be asked, or refuses; the message is one line with the remedy.

    Attributes:
        usage: True where a person has to install or to write something first.
    """

    def __init__(self, message: str, *, usage: bool = False) -> None:
        super().__init__(message)
        self.usage = usage

"""What is wrong with the settings: a name, what is wrong with its value, and the fix; all of it at once."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct.

    Attributes:
        name: The setting as it is written, `accounts.main.venue`; empty when it is about the file as a whole.
        text: What is wrong and the fix, one line, without any secret.
        file: The file that it stands in, where that is another than the settings as a whole were read from.
    """

    name: str
    text: str
    file: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.name}: {self.text}" if self.name else self.text


class SettingsError(Exception):
    """The settings cannot be used. Every problem that could be found is in it.

    Attributes:
        origin: Where they were read: the file's path as the person gave it, or `environment`.
        problems: At least one.
    """

    def __init__(self, origin: str, problems: tuple[Problem, ...]) -> None:
        """`problems` are in the order in which a person should read them."""
        self.origin = origin
        self.problems = problems
        super().__init__("; ".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """One line a problem, each complete in itself."""
        return tuple(f"{problem.file or self.origin}: {problem}" for problem in self.problems)

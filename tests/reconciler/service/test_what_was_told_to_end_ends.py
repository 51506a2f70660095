"""The last moment: a process that was told to end ends by force, in a line that names what it still held."""

import threading

import pytest

from reconciler.record.report import ExitCode
from reconciler.service.ending import LastMoment


class End:
    """Notes the end of a process in place of it."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.came = threading.Event()

    def __call__(self, code: int) -> None:
        self.codes.append(code)
        self.came.set()


def test_it_names_what_is_still_held_and_could_not_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    end = End()
    last = LastMoment(0.01, end=end)
    last.held = lambda: ["other", "main"]
    last.comes()
    last.comes()

    assert end.came.wait(10)
    assert end.codes == [ExitCode.UNCHECKED]
    (line,) = capsys.readouterr().err.splitlines()
    assert "ended by force; not given back" in line
    assert line.endswith("accounts main, other")


def test_where_nothing_can_be_said_any_more_it_ends_all_the_same() -> None:
    end, for_ever = End(), threading.Event()
    last = LastMoment(0.01, end=end)

    def held() -> tuple[str, ...]:
        for_ever.wait()
        return ()

    last.held = held
    last.comes()

    assert end.came.wait(10)
    for_ever.set()


def test_until_it_was_told_to_nothing_ends_it() -> None:
    end = End()
    LastMoment(0.0, end=end)

    assert not end.came.wait(0.05)

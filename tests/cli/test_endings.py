"""Every ending of a command: a typed error is its line and exit code, anything else is a bug and says so."""

import re
from pathlib import Path

import pytest

from reconciler.alerts.errors import AlertNotFound
from reconciler.cli.ending import BUG, WRONG_SETTINGS, ending
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from reconciler.record.report import ExitCode
from reconciler.settings import Problem, SettingsError
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from verification.facts.errors import (
    AnswerLost,
    SourceMalformed,
    SourceRejected,
    SourceUnreachable,
)

SETTINGS = SettingsError("trueup.toml", (Problem("a.b", "is wrong"), Problem("c", "is missing")))


@pytest.mark.parametrize(
    ("error", "lines", "code"),
    [
        (SETTINGS, ("trueup.toml: a.b: is wrong", "trueup.toml: c: is missing"), 3),
        (AlertNotFound("no alert 7"), ("no alert 7",), 3),
        (StateDatabaseError(StateTrouble.LOCKED, "locked"), ("locked",), 2),
        (StateDatabaseError(StateTrouble.URL, "bad url"), ("bad url",), 3),
        (LedgerUnreadable("mybot", LedgerTrouble.ABSENT, "not there"), ("not there",), 2),
        (LedgerUnreadable("mybot", LedgerTrouble.DRY_RUN, "dry run"), ("dry run",), 2),
        (LedgerUnreadable("mybot", LedgerTrouble.SETTINGS, "bad url"), ("bad url",), 3),
        (SourceRejected("wrong key"), ("wrong key",), 2),
        (SourceUnreachable("no\nanswer"), ("no answer",), 2),
        (SourceMalformed("<html>"), ("<html>",), 2),
        (AnswerLost("lost"), ("lost",), 2),
        (ExceptionGroup("both", [SourceUnreachable("old"), SETTINGS]), ("old", *SETTINGS.lines), 3),
    ],
)
def test_an_anticipated_error_is_its_lines_and_its_code(
    error: Exception, lines: tuple[str, ...], code: int
) -> None:
    told = ending(error)

    assert told.lines == lines
    assert told.code == code


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("what\nnow"),
        ExceptionGroup("both", [SourceUnreachable("old"), RuntimeError("what\nnow")]),
    ],
)
def test_a_bug_is_one_line_that_says_where_its_trace_is(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    told = ending(error)
    (line,) = told.lines
    (trace,) = tmp_path.iterdir()

    assert told.code == BUG
    assert re.match(r"a bug in Trueup: (RuntimeError|ExceptionGroup): .*; its trace is in ", line)
    assert str(trace) in line
    assert "RuntimeError: what" in trace.read_text()
    assert trace.stat().st_mode & 0o077 == 0


def test_a_bug_shows_its_trace_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_DEBUG", "1")

    told = ending(RuntimeError("what now"))

    assert "RuntimeError: what now" in told.lines
    assert told.lines[-1] == "a bug in Trueup: RuntimeError: what now"


def test_the_number_of_wrong_settings_is_one_wherever_it_stands() -> None:
    assert int(ExitCode.WRONG_SETTINGS) == WRONG_SETTINGS
    assert int(ExitCode.AGREES) == 0, "what a command returns that ends well"

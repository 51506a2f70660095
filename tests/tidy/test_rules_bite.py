"""Each rule catches a planted violation, and lets the honest form pass."""

from pathlib import PurePath

import pytest

from tests.tidy import rules
from tests.tidy.rules import FUNCTION_LINES_MAX, LINES_MAX, TEST_LINES_MAX, UNSPEAKABLE, Rule

CODE = PurePath("reconciler/comparison/compare.py")
TEST = PurePath("tests/reconciler/test_compare.py")


def caught(rule: Rule, text: str, path: PurePath = CODE) -> bool:
    return bool(list(rule(path, text)))


def function_of(lines: int) -> str:
    return "def f():\n" + "    x = 1\n" * (lines - 1)


def test_a_long_file_is_caught_and_a_test_may_be_longer() -> None:
    assert caught(rules.short_file, "x = 1\n" * (LINES_MAX + 1))
    assert not caught(rules.short_file, "x = 1\n" * LINES_MAX)
    assert not caught(rules.short_file, "x = 1\n" * TEST_LINES_MAX, TEST)
    assert caught(rules.short_file, "x = 1\n" * (TEST_LINES_MAX + 1), TEST)


def test_a_long_function_is_caught() -> None:
    assert caught(rules.short_function, function_of(FUNCTION_LINES_MAX + 1))
    assert caught(rules.short_function, "async " + function_of(FUNCTION_LINES_MAX + 1))
    assert not caught(rules.short_function, function_of(FUNCTION_LINES_MAX))


@pytest.mark.parametrize(
    "name", ["utils.py", "string_utils.py", "_common.py", "core/ledger.py", "task_manager.py"]
)
def test_a_vague_name_is_caught(name: str) -> None:
    assert caught(rules.telling_name, "", PurePath("reconciler") / name)


@pytest.mark.parametrize("name", ["score.py", "baseline.py", "__init__.py", "toolbar.py"])
def test_a_telling_name_passes(name: str) -> None:
    assert not caught(rules.telling_name, "", PurePath("reconciler") / name)


@pytest.mark.parametrize("text", ["", "x = 1\n", "# words\n", '\n"""Late."""\n', '"""\nLate.\n"""\n'])
def test_a_file_that_does_not_open_with_its_purpose_is_caught(text: str) -> None:
    assert caught(rules.opens_with_its_purpose, text)


def test_a_file_that_opens_with_its_purpose_passes() -> None:
    assert not caught(rules.opens_with_its_purpose, '"""What it is for."""\nx = 1\n')


@pytest.mark.parametrize(
    "clause",
    ["except:", "except Exception:", "except BaseException as e:", "except (ValueError, Exception):"],
)
@pytest.mark.parametrize(
    "answer",
    [
        "return []",
        "return {}",
        "return ()",
        "return None",
        "return",
        "return False",
        "return 0",
        'return ""',
        "return dict()",
        "return Decimal(0)",
        'return Decimal("0.00")',
        "rows = []",
        "rows: list[int] = []",
        "pass",
        "continue",
        "log.exception('x'); return []",
        "if again: return None\n        else: raise",
    ],
)
def test_a_broad_except_that_answers_with_nothing_is_caught(clause: str, answer: str) -> None:
    text = f"def f():\n  for _ in x:\n    try:\n        rows = read()\n    {clause}\n        {answer}\n"

    assert caught(rules.no_empty_answer, text)


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception as error:\n    raise Unreadable from error",
        "except Exception as error:\n    rows = []\n    raise",
        "except Exception as error:\n    failure = Failed(error)",
        "except ValueError:\n    rows = []",
    ],
)
def test_a_handler_that_tells_passes(handler: str) -> None:
    assert not caught(rules.no_empty_answer, f"try:\n    rows = read()\n{handler}\n")


@pytest.mark.parametrize("word", UNSPEAKABLE)
def test_a_machine_or_a_registry_in_a_text_is_caught(word: str) -> None:
    assert caught(rules.speaks_of_no_machine, f"see {word}x\n", PurePath("README.md"))

"""The rules as functions: a file's path and text in, what breaks the rule out (line number and sentence)."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import PurePath

LINES_MAX = 300
TEST_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

# A name that cannot exclude anything says nothing about what is inside.
VAGUE_NAMES = frozenset(
    {
        "base",
        "common",
        "core",
        "helper",
        "helpers",
        "lib",
        "manager",
        "misc",
        "shared",
        "stuff",
        "tools",
        "util",
        "utils",
    }
)
BROAD = frozenset({"Exception", "BaseException"})

# Written in parts, so that this file does not break its own rule.
UNSPEAKABLE = (
    "shared/" + "knowledge",
    "/" + "work/",
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "deb.debian" + ".org",
    "crates" + ".io",
)

MIGRATIONS = PurePath("reconciler/storage/migrations/versions")

Rule = Callable[[PurePath, str], Iterator[tuple[int, str]]]


@lru_cache(maxsize=1)  # each file is asked by one rule after the other
def _tree(path: PurePath, text: str) -> ast.Module:
    return ast.parse(text, str(path))


def short_file(path: PurePath, text: str) -> Iterator[tuple[int, str]]:
    """A file fits in one reading."""
    limit = TEST_LINES_MAX if path.parts[0] == "tests" else LINES_MAX
    count = len(text.splitlines())
    if count > limit:
        yield limit, f"{count} lines, {limit} at most: split it by what it is for"


def short_function(path: PurePath, text: str) -> Iterator[tuple[int, str]]:
    """A function fits on a screen; a migration is a list of columns that nobody edits again."""
    if MIGRATIONS in path.parents:
        return
    for node in ast.walk(_tree(path, text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES_MAX:
                yield node.lineno, f"{node.name}: {count} lines, {FUNCTION_LINES_MAX} at most"


def telling_name(path: PurePath, text: str) -> Iterator[tuple[int, str]]:
    """A file and its folders are named by the noun they hold."""
    del text
    for part in path.with_suffix("").parts:
        if set(part.lower().strip("_").split("_")) & VAGUE_NAMES:
            yield 1, f"`{part}` names nothing: call it by the noun it holds"


def opens_with_its_purpose(path: PurePath, text: str) -> Iterator[tuple[int, str]]:
    """The first line says what the file is for."""
    first = text.splitlines()[0] if text.strip() else ""
    if not ast.get_docstring(_tree(path, text)) or not first.startswith(('"""', 'r"""')):
        yield 1, "the first line is not a docstring that says what the file is for"
    elif not first.strip('r"'):
        yield 1, "the docstring says nothing on its first line"


def no_empty_answer(path: PurePath, text: str) -> Iterator[tuple[int, str]]:
    """A broad `except` never answers a failure with nothing."""
    for node in ast.walk(_tree(path, text)):
        if isinstance(node, ast.ExceptHandler) and _broad(node.type) and not _raises(node):
            for line, what in _empty_answers(node):
                yield line, f"a broad except answers with nothing ({what}): name the error, or raise"


def speaks_of_no_machine(path: PurePath, text: str) -> Iterator[tuple[int, str]]:
    """No path of one machine and no registry's host is in the tree."""
    del path
    for number, line in enumerate(text.splitlines(), 1):
        for word in UNSPEAKABLE:
            if word in line:
                yield number, f"mentions `{word}`"


CODE_RULES: tuple[Rule, ...] = (
    short_file,
    short_function,
    telling_name,
    opens_with_its_purpose,
    no_empty_answer,
)
TEXT_RULES: tuple[Rule, ...] = (speaks_of_no_machine,)


def _broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_broad(each) for each in caught.elts)
    name = caught.attr if isinstance(caught, ast.Attribute) else getattr(caught, "id", "")
    return name in BROAD


def _raises(handler: ast.ExceptHandler) -> bool:
    # A raise in one branch does not excuse the others, so only one at the handler's own level counts.
    return any(isinstance(statement, ast.Raise) for statement in handler.body)


def _empty_answers(handler: ast.ExceptHandler) -> Iterator[tuple[int, str]]:
    for node in ast.walk(handler):
        if isinstance(node, ast.Pass | ast.Continue | ast.Break):
            yield node.lineno, type(node).__name__.lower()
        elif isinstance(node, ast.Return | ast.Assign | ast.AnnAssign) and _empty(node.value):
            yield node.lineno, re.sub(r"\s+", " ", ast.unparse(node))
        elif isinstance(node, ast.Return) and node.value is None:
            yield node.lineno, "return"


def _empty(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=constant):
            return not constant
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
            return name in {"list", "dict", "set", "tuple", "frozenset", "str", "int", "float", "Decimal"}
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=constant)]):
            return str(constant).strip("0.") == ""
        case _:
            return False

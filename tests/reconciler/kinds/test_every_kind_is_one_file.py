"""Each kind of alert is one file, which says all of it, and which nothing else in the product doubles."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

import reconciler.kinds
from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Confirmed, Lasting
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected
from reconciler.kinds.form.words import KindWords, Told
from reconciler.kinds.registry import SPECS, spec_of

ROOT = Path(__file__).resolve().parents[3]
ROOM = Path(reconciler.kinds.__file__).parent
AFFECTED = Affected(account="main", symbol="AVL/USDT:USDT")


def lacking(spec: KindSpec) -> Iterator[str]:
    """Say what a kind's file leaves unsaid, or says of what it cannot be."""
    told = [spec.words.now, spec.words.then]
    told += [] if spec.milder is None else [spec.milder.words.now, spec.milder.words.then]
    if not all(each.title.strip() and each.clause.strip() for each in told):
        yield "a title or a clause"
    if spec.words.now == spec.words.then:
        yield "words of the past"
    steps = spec.steps(AFFECTED)
    if len(set(steps)) != 3 or not all(step.endswith(".") and step[0].isupper() for step in steps):
        yield "three steps for a person"
    asked = spec.confirmation
    if not (asked.why if isinstance(asked, Lasting) else asked.by).strip():
        yield "why it may be something else, or for what its finder has waited"
    if isinstance(asked, Lasting) and not 1 <= asked.sure_looks <= asked.looks:
        yield "how many looks"
    if not spec.resolution.by.strip():
        yield "what resolves it"
    if (spec.severity.usual is not spec.severity.otherwise) is not bool(spec.severity.when.strip()):
        yield "when it is less or more severe"
    judges = [each for each in (spec.resolution.on_leg, spec.resolution.on_orders) if each is not None]
    if len(judges) != (0 if spec.blindness else 1):
        yield "who judges it: a comparison judges what is about a leg, and nothing else"
    yield from _lacking_of_a_difference(spec)


def _lacking_of_a_difference(spec: KindSpec) -> Iterator[str]:
    lasts = isinstance(spec.confirmation, Lasting)
    if spec.difference and (spec.sentence is None or spec.blindness or not lasts):
        yield "a sentence and a confirmation: a comparison that finds a difference asks for both"
    if (spec.tells_of_stop or spec.unknown_to_bot) and not spec.difference:
        yield "that it is a difference"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: str(spec.kind))
def test_the_file_of_every_kind_says_all_of_it(spec: KindSpec) -> None:
    assert list(lacking(spec)) == []


def test_every_kind_has_one_line_in_the_registry() -> None:
    assert [spec.kind for spec in SPECS] == list(Kind)


def test_every_kind_has_a_file_of_its_name_and_every_file_is_a_kind() -> None:
    assert {file.stem for file in ROOM.glob("*.py")} - {"__init__", "registry"} == {
        str(kind) for kind in Kind
    }
    for kind in Kind:
        assert import_module(f"reconciler.kinds.{kind}").SPEC is spec_of(kind)


def test_what_is_told_in_a_clause_names_what_cannot_be_seen_by_its_place_only() -> None:
    for spec in SPECS:
        places = set(re.findall(r"{\w*}", f"{spec.words.now.clause} {spec.words.then.clause}"))
        assert places <= ({"{what}", "{name}"} if spec.blindness else set())


def _same(_: Affected) -> tuple[str, str, str]:
    return ("Look.", "Look.", "Look.")


BROKEN = {
    "no title": {"words": KindWords(Told("", "differs"), Told("Differed", "differed"))},
    "no past": {"words": KindWords(Told("Differs", "differs"), Told("Differs", "differs"))},
    "no steps": {"steps": _same},
    "no reason to wait": {"confirmation": Lasting(2, 1, " ")},
    "more looks where it is sure": {"confirmation": Lasting(1, 2, "a fill may be under way")},
    "nothing waited for": {"confirmation": Confirmed("")},
    "confirmed though it is a difference": {"confirmation": Confirmed("its finder has waited")},
    "nothing resolves it": {"resolution": Resolution("", spec_of(Kind.SIDE_MISMATCH).resolution.on_leg)},
    "nobody judges it": {"resolution": Resolution("both sides hold the same", None)},
    "severity by an unnamed case": {"severity": Gravity(Severity.CRITICAL, Severity.WARNING, "")},
    "no sentence": {"sentence": None},
    "a blindness": {"subject": Subject.SOURCE},
    "no difference": {"difference": False},
}


@pytest.mark.parametrize("wrong", BROKEN.values(), ids=BROKEN)
def test_a_file_that_leaves_something_out_is_noticed(wrong: dict[str, object]) -> None:
    whole = spec_of(Kind.SIDE_MISMATCH)
    assert list(lacking(replace(whole, **wrong))) != []  # type: ignore[arg-type]  # drawn fields


def tables(tree: ast.AST) -> Iterator[int]:
    """Yield the lines at which something is decided or said for kinds one by one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.match_case) and any(_is_kind(each) for each in ast.walk(node.pattern)):
            yield node.pattern.lineno
        elif isinstance(node, ast.Dict) and any(key is not None and _is_kind(key) for key in node.keys):
            yield node.lineno
    for statement in getattr(tree, "body", []):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            sets = (each for each in ast.walk(statement.value) if isinstance(each, ast.Set))
            yield from (each.lineno for each in sets if any(map(_is_kind, each.elts)))


def _is_kind(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Kind"


def test_nothing_else_in_the_product_has_a_table_of_kinds() -> None:
    files = [file for room in ("reconciler", "dashboard") for file in (ROOT / room).rglob("*.py")]

    assert len(files) > 100
    assert [f"{file}:{line}" for file in files for line in tables(ast.parse(file.read_text("utf-8")))] == []


@pytest.mark.parametrize(
    "code",
    [
        "match kind:\n    case Kind.PHANTOM_POSITION:\n        pass",
        "match kind:\n    case Kind.PHANTOM_POSITION | Kind.SIDE_MISMATCH:\n        pass",
        "WORDS = {Kind.PHANTOM_POSITION: 'gone'}",
        "def words():\n    return {Kind.PHANTOM_POSITION: 'gone'}",
        "_OF_ROWS = frozenset({Kind.PHANTOM_POSITION})",
    ],
)
def test_a_table_of_kinds_is_noticed(code: str) -> None:
    assert list(tables(ast.parse(code))) != []

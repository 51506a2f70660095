"""Looks into a freqtrade strategy's source for where it keeps its stops. Nothing of it is run."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

FILES_MAX = 500
BYTES_MAX = 1024 * 1024


def stops_of_strategy(name: str, folders: Sequence[Path]) -> bool | None:
    """Return whether a strategy keeps stops on the exchange; None where its source does not plainly say."""
    for folder in folders:
        for file in _sources(folder):
            said = _said_in(file, name)
            if said is not None:
                return said
    return None


def _sources(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.glob("*.py"))[:FILES_MAX]
    except OSError:
        return


def _said_in(file: Path, name: str) -> bool | None:
    try:
        with file.open("rb") as stream:
            tree = ast.parse(stream.read(BYTES_MAX))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return _said_by(node)
    return None


def _said_by(strategy: ast.ClassDef) -> bool | None:
    said: bool | None = None
    for node in strategy.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(target, ast.Name) and target.id == "order_types" for target in targets):
            said = _literal(getattr(node, "value", None))
    return said


def _literal(value: ast.expr | None) -> bool | None:
    if not isinstance(value, ast.Dict):
        return None
    for key, each in zip(value.keys, value.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "stoploss_on_exchange":
            return each.value if isinstance(each, ast.Constant) and isinstance(each.value, bool) else None
    return None

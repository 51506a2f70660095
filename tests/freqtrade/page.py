"""The result of a run as a table: what was done, what was told of it, how soon."""

from collections.abc import Iterable, Mapping, Sequence

from tests.freqtrade.run import Run
from tests.freqtrade.truth import Condition

HEAD = ("what happened", "told", "after", "right")


def rows(run: Run) -> list[tuple[str, str, str, str]]:
    """Return a row for each story, and for each condition of one."""
    bad = run.wrong()
    found = [
        (name, "nothing", "", _right(name not in _stories(bad) and name in run.scene.played))
        for name in run.calm
    ]
    false = [line for line in bad if line.startswith("false: ")]
    found.append(
        ("anything beside", "nothing" if not false else f"{len(false)} alerts", "", _right(not false))
    )
    return found + [_row(run, each, bad) for each in run.scene.conditions if each.must]


def table(run: Run) -> str:
    """Return the table as Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *rows(run)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def together(runs: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """Return one table of the rows of several runs, by their names: a column for each."""
    lines = dict.fromkeys((what, told) for each in runs.values() for what, told, _after, _right in each)
    table = [("what happened", "what people are told", *runs), ("---",) * (2 + len(runs))]
    for what, told in lines:
        table.append((what, told, *(_cell(each, what, told) for each in runs.values())))
    return "\n".join(f"| {' | '.join(line)} |" for line in table)


def _cell(rows: Sequence[Sequence[str]], what: str, told: str) -> str:
    for each, word, after, right in rows:
        if (each, word) == (what, told):
            return f"**{right}**" if right != "yes" else after or "right"
    return ""


def _row(run: Run, condition: Condition, bad: Iterable[str]) -> tuple[str, str, str, str]:
    alert = condition.told(run.alerts)
    mine = any(condition.subject in line and condition.story in line for line in bad)
    failed = condition.story not in run.scene.played
    if alert is None or alert.fired_at is None:
        return (condition.story, "nothing", "", "no")
    told = f"`{alert.key.kind}`, {alert.severity.value}"
    after = f"{(alert.fired_at - condition.made).total_seconds():.0f} s"
    return (condition.story, told, after, _right(not mine and not failed))


def _stories(bad: Iterable[str]) -> set[str]:
    return {line.split(":", 1)[0] for line in bad}


def _right(right: bool) -> str:  # noqa: FBT001 - a word for a word
    return "yes" if right else "NO"

"""The table of docs/alerts.md: `python -m tests.reconciler.kinds.alerts_page` writes it anew."""

import dataclasses
from datetime import timedelta
from pathlib import Path

from reconciler.comparison.confirmation import ConfirmationSettings
from reconciler.facts.wording import duration
from reconciler.kinds.form.confirmation import Confirmed, Grace
from reconciler.kinds.form.spec import KindSpec
from reconciler.kinds.registry import SPECS
from reconciler.sight.blindness import BlindnessSettings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "alerts.md"
HEAD = "| kind | on a card | severity | told when | resolved when |"


def table() -> str:
    """Return the table, a row a kind, as it stands on the page."""
    rows = ["| " + " | ".join(_cells(spec)) + " |" for spec in SPECS]
    return "\n".join([HEAD, "| --- | --- | --- | --- | --- |", *rows]) + "\n"


def _cells(spec: KindSpec) -> tuple[str, ...]:
    return (f"`{spec.kind}`", spec.words.now.title, _severity(spec), _told(spec), spec.resolution.by)


def _severity(spec: KindSpec) -> str:
    asked = spec.severity
    return str(asked.usual) + (f"; {asked.otherwise} where {_filled(asked.when)}" if asked.when else "")


def _told(spec: KindSpec) -> str:
    asked, numbers = spec.confirmation, ConfirmationSettings()
    if isinstance(asked, Confirmed):
        return _filled(asked.by)
    looks = f"{asked.looks} looks {_span(numbers.spacing)} apart find it"
    if asked.sure_looks != asked.looks:
        looks += f" ({asked.sure_looks} where the exchange's side is proved)"
    if asked.grace is Grace.STOP:
        opened, missing = _span(numbers.stop_placing), _span(numbers.stop_replacing)
        grace = f"the position has been open for {opened} and its stop missing for {missing}"
    else:
        grace = f"both sides have been quiet for {_span(numbers.grace)}"
    return f"{looks}, and {grace}; before that {asked.why}"


def _filled(text: str) -> str:
    """Return words with the numbers of the blindness settings in their places."""
    numbers = dataclasses.asdict(BlindnessSettings())
    return text.format_map({name: _span(each) for name, each in numbers.items()})


def _span(value: timedelta | int) -> str:
    return duration(value.total_seconds()) if isinstance(value, timedelta) else str(value)


def written(page: str) -> str:
    """Return the page with the table as it should be in the place of the one that is there."""
    before, _, rest = page.partition(HEAD)
    lines = rest.splitlines(keepends=True)
    after = next(
        (number for number, line in enumerate(lines) if number and not line.startswith("|")), len(lines)
    )
    return before + table() + "".join(lines[after:])


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")

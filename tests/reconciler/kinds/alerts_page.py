"""What docs/alerts.md has of every kind: `python -m tests.reconciler.kinds.alerts_page` writes it."""

import dataclasses
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from reconciler.comparison.patience import ConfirmationSettings
from reconciler.facts.wording import duration
from reconciler.kinds.form.confirmation import Confirmed, Grace
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected
from reconciler.kinds.registry import SPECS
from reconciler.sight.blindness import BlindnessSettings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "alerts.md"
STEPS = "## What to do"
_ABOUT: Final[dict[Subject, str]] = {
    Subject.LEG: "AVL/USDT:USDT",
    Subject.KEYS: "keys of main",
    Subject.SOURCE: "the position list",
    Subject.PUSHES: "the stream",
    Subject.LEDGER: "mybot",
    Subject.WORK: "the looks at AVL/USDT:USDT",
    Subject.CLOCK: "the exchange's clock",
    Subject.CHANNEL: "phone",
    Subject.WATCH: "",
}
HEAD = "| kind | on a card | severity | told when | resolved when |"


def table() -> str:
    """Return the table, a row a kind, as it stands on the page."""
    rows = ["| " + " | ".join(_cells(spec)) + " |" for spec in SPECS]
    return "\n".join([HEAD, "| --- | --- | --- | --- | --- |", *rows]) + "\n"


def to_do() -> str:
    """Return the last part of the page: what a person can do, kind by kind, of an example."""
    return f"{STEPS}\n\nThe steps as they stand on an alert's page, of an example.\n" + "".join(
        map(_steps, SPECS)
    )


def _steps(spec: KindSpec) -> str:
    about = _ABOUT[spec.subject]
    example = Affected(account="main", symbol=about, observed=Decimal(43), contract_size=Decimal(1))
    steps = "".join(f"{number}. {step}\n" for number, step in enumerate(spec.steps(example), 1))
    said = spec.words.now.clause.format(what=about, name=about)
    whole = f"{about} {said}" if spec.subject is Subject.LEG else said[0].upper() + said[1:]
    return f"\n### {spec.words.now.title} (`{spec.kind}`)\n\n> {whole}.\n\n{steps}"


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
    elif asked.grace is Grace.STUCK:
        grace = f"{_span(numbers.stuck)} have passed since the order ended"
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
    """Return the page with the table and the steps as they should be in the place of those that are there."""
    before, _, rest = page.partition(STEPS)[0].partition(HEAD)
    lines = rest.splitlines(keepends=True)
    after = next(
        (number for number, line in enumerate(lines) if number and not line.startswith("|")), len(lines)
    )
    return f"{before}{table()}{''.join(lines[after:]).rstrip()}\n\n{to_do()}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")

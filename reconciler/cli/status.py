"""`trueup status`: who watches each account, when it was last seen whole, and what is open on it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
import typer

from reconciler.cli.options import Config, Json
from reconciler.cli.printing import moment, printable, table
from reconciler.record.report import ExitCode
from reconciler.settings import load
from reconciler.sight.change_words import share_words

if TYPE_CHECKING:
    from reconciler.facts.change import Explained
    from reconciler.views.now import NowView

HEAD = ("account", "state", "watched by", "last seen whole", "changes explained", "open alerts")
WATCHED = "watched"


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One account.

    Attributes:
        account: Its name.
        holder: The process that has it, `HOST PID`; None for nobody.
        checked_at: When a look last saw everything of it, aware UTC; None if none ever did.
        state: An `AccountState`.
        open_alerts: How many alerts are open, acknowledged ones too.
        firing: How many of them nobody has taken, and nothing quiets.
        explained: How much of what has changed is explained; None where that is not counted.
    """

    account: str
    holder: str | None
    checked_at: datetime | None
    state: str
    open_alerts: int
    firing: int
    explained: "Explained | None" = None

    def document(self) -> dict[str, Any]:
        """Return what `--json` prints of it."""
        return {
            "account": self.account,
            "holder": self.holder,
            "checked_at": None if self.checked_at is None else self.checked_at.isoformat(),
            "state": self.state,
            "open_alerts": self.open_alerts,
            "explained_ratio": None if self.explained is None else self.explained.ratio,
        }

    def row(self) -> tuple[str, ...]:
        """Return its line of the table."""
        holder = "nobody" if self.holder is None else printable(self.holder)
        seen = "never" if self.checked_at is None else moment(self.checked_at)
        share = share_words(self.explained)
        return (printable(self.account), self.state, holder, seen, share, str(self.open_alerts))


def status(*, json: Json = False, config: Config = None) -> int:
    """Say who watches each account, and how well it is seen.

    States: watched (all of it is seen), partial (a part is not), blind (nothing is), stalled (it should be
    looked at and is not), not_watched (nobody looks). Exit codes: 0 all are watched and no alert fires,
    1 one fires, 2 none fires but an account is not watched or not seen whole, 3 wrong settings.
    """
    settings = load(config, venues=False)
    # Half a second of imports that `trueup --help` does not pay.
    from reconciler.console import Console

    with Console.open(settings.database.url) as console:
        shares = {each.account: each for each in console.changes.explained()}
        accounts = statuses(console.queries.now(), settings.accounts)
    accounts = tuple(replace(each, explained=shares.get(each.account)) for each in accounts)
    code = exit_code(accounts)
    if json:
        document = {"accounts": [each.document() for each in accounts]}
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join([*table([HEAD, *(each.row() for each in accounts)]), _sentence(accounts, code)]))
    return code


def statuses(view: "NowView", settled: Iterable[str]) -> tuple[AccountStatus, ...]:
    """Return the status of every account of the settings, and of any other one that something is known of.

    Args:
        view: What the state database holds.
        settled: The accounts of the settings.
    """
    from reconciler.alerts.alert import AlertState
    from reconciler.sight.account_state import accounts_of, cycle_of, holder_of, state_of

    open_alerts = Counter(alert.key.account for alert in view.alerts)
    loud = (each for each in view.alerts if each.state is AlertState.FIRING and each.id not in view.quiet)
    firing = Counter(alert.key.account for alert in loud)
    told = []
    for account in sorted({*settled, *accounts_of(view), *open_alerts}):
        cycle = cycle_of(view, account)
        told.append(
            AccountStatus(
                account=account,
                holder=holder_of(view, account),
                checked_at=None if cycle is None else cycle.last_complete_at,
                state=state_of(view, account).value,
                open_alerts=open_alerts[account],
                firing=firing[account],
            )
        )
    return tuple(told)


def exit_code(accounts: Sequence[AccountStatus]) -> ExitCode:
    """Return what it says to cron: an alert that fires weighs more than what is not seen."""
    if any(each.firing for each in accounts):
        return ExitCode.DISCREPANCY
    if not accounts or any(each.state != WATCHED for each in accounts):
        return ExitCode.UNCHECKED
    return ExitCode.AGREES


def _sentence(accounts: Sequence[AccountStatus], code: ExitCode) -> str:
    firing = sum(each.firing for each in accounts)
    unseen = [printable(each.account) for each in accounts if each.state != WATCHED]
    if code is ExitCode.AGREES:
        return "Every account is watched, and no alert fires."
    said = []
    if firing:
        said.append(f"{firing} alert{' fires' if firing == 1 else 's fire'}: see `trueup alerts list`.")
    if unseen:
        said.append(f"Not seen as it should be: {', '.join(unseen)}. `trueup doctor` says what to do.")
    return " ".join(said)

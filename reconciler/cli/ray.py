"""`trueup ray up | status | down`: workers that claim accounts, placed on the nodes of a Ray cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from reconciler.cli.ending import UsageError
from reconciler.cli.options import Config, Json
from reconciler.cli.printing import printable, table
from reconciler.record.report import ExitCode
from reconciler.settings import Settings, load
from reconciler.settings.loading import DEFAULT_FILE
from verification.facts.clock import SystemClock

if TYPE_CHECKING:
    from reconciler.cluster.ray_cluster import RayCluster
    from reconciler.cluster.standing import Picture, Standing, Watched
    from reconciler.console import Console

commands = typer.Typer(
    help="Place, count and end workers on a Ray cluster.", add_completion=False, rich_markup_mode=None
)

CLAIM = 50
SEEN_SECONDS = 120.0
LOOK_SECONDS = 1.0
GRACE_SECONDS = 20.0
SHOWN = 6
"""So many accounts of a worker are named in a table; `--json` names all."""
HEAD = ("worker", "host", "process", "state", "begun again", "accounts")

Address = Annotated[
    str | None,
    typer.Option("--address", metavar="HOST:PORT", help="The cluster.  [default: that of this machine]"),
]
Namespace = Annotated[
    str,
    typer.Option("--namespace", metavar="NAME", help="Of the workers: one for each state database."),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the settings ask for.

    Attributes:
        settings: The settings.
        config: Their file: an absolute path, the same on each node.
        egresses: The address of each account, by name; empty where it names none.
    """

    settings: Settings
    config: str
    egresses: dict[str, str]


@commands.command("up")
def up(
    *,
    claim: Annotated[
        int, typer.Option("--claim", min=1, metavar="N", help="How many accounts a worker watches at most.")
    ] = CLAIM,
    wait: Annotated[
        float, typer.Option("--wait", min=0, help="For how many seconds to wait until all are watched.")
    ] = SEEN_SECONDS,
    address: Address = None,
    namespace: Namespace = "trueup",
    json: Json = False,
    config: Config = None,
) -> int:
    """Place the workers that the settings need; run it again when settings or version have changed.

    It adds what is missing, ends what is too many, and has the others read their settings again. Settings
    and secrets must be on each node: neither is sent. Exit codes: 0 every account is watched, 2 one is not.
    """
    asked = _asked(config)
    from reconciler.cluster.placement import Unplaceable, steps, wanted
    from reconciler.cluster.ray_cluster import RayCluster
    from reconciler.console import Console
    from reconciler.storage.database import migrate
    from reconciler.version import version_here

    try:
        workers = wanted(asked.egresses, claim=claim, version=version_here(), config=asked.config)
    except Unplaceable as error:
        raise UsageError(str(error)) from None
    with RayCluster.connect(address, namespace) as cluster:
        migrate(
            asked.settings.database.url
        )  # before many workers do it at once; and to know that it is there
        to_do = steps(workers, cluster.running())
        for worker in workers:
            if str(worker) in to_do.add:
                cluster.start(worker)
        reached = cluster.hang_up(to_do.keep)
        ended = cluster.end(to_do.remove, GRACE_SECONDS)
        if not json:
            typer.echo(
                f"Workers: {len(to_do.add)} placed, {sum(reached.values())} told to read their settings "
                f"again, {len(ended)} ended."
            )
            _say_unreached([name for name, done in reached.items() if not done], "was not reached")
            _say_unreached([name for name, done in ended.items() if not done], "did not end by itself")
        with Console.open(asked.settings.database.url) as console:
            picture = _waited(cluster, console, asked, wait)
    return _told(picture, json=json)


@commands.command("status")
def status(
    *, address: Address = None, namespace: Namespace = "trueup", json: Json = False, config: Config = None
) -> int:
    """Say which worker is where, how it fares, and which accounts it watches by the state database.

    Exit codes: 0 every worker runs and every account is watched by one, 2 anything else.
    """
    asked = _asked(config)
    from reconciler.cluster.ray_cluster import RayCluster
    from reconciler.console import Console

    with (
        RayCluster.connect(address, namespace) as cluster,
        Console.open(asked.settings.database.url) as console,
    ):
        picture = _picture(cluster, console, asked)
    return _told(picture, json=json)


@commands.command("down")
def down(
    *,
    grace: Annotated[
        float,
        typer.Option("--grace", min=0, help="How many seconds a worker may take to give its accounts back."),
    ] = GRACE_SECONDS,
    address: Address = None,
    namespace: Namespace = "trueup",
    config: Config = None,
) -> int:
    """End every worker calmly, and wait until their accounts are given back.

    Exit codes: 0 all was given back, 2 an account is still held.
    """
    asked = _asked(config)
    from reconciler.cluster.ray_cluster import RayCluster
    from reconciler.console import Console

    with (
        RayCluster.connect(address, namespace) as cluster,
        Console.open(asked.settings.database.url) as console,
    ):
        names = cluster.running()
        reports = cluster.reports(names)
        ended = cluster.end(names, grace)
        _say_unreached([name for name, done in ended.items() if not done], "did not end by itself")
        typer.echo(f"Workers ended: {len(names)}.")
        left = _given_back(
            console, asked, {report.holder for report in reports.values() if report and report.holder}
        )
    for each in left:
        holder = printable(each.holder or "nobody")
        typer.echo(
            f"{each.account} is still held by {holder}: nobody else gets it before that lets it go, "
            "or its lease runs out."
        )
    if left:
        return ExitCode.UNCHECKED
    typer.echo("Nobody holds an account: none of them is watched now.")
    return ExitCode.AGREES


def _asked(config: Path | None) -> Asked:
    settings = load(config, venues=False)
    if settings.origin == "environment":
        raise UsageError("workers need a settings file that is on every node: name it with --config FILE")
    if not settings.database.url.startswith("postgres"):
        raise UsageError(
            "workers on several machines share one state database, and a file cannot be that: "
            "set database.url to one on PostgreSQL that every node reaches"
        )
    if not settings.accounts:
        raise UsageError(f"no account is defined in {settings.origin}: there is nothing to place")
    egresses = {name: account.egress or "" for name, account in settings.accounts.items()}
    return Asked(settings, str((config or DEFAULT_FILE).absolute()), egresses)


def _picture(cluster: "RayCluster", console: "Console", asked: Asked) -> "Picture":
    from reconciler.cluster.placement import not_offered
    from reconciler.cluster.standing import Standing, picture
    from reconciler.version import version_here

    names = cluster.running()
    actors, reports = cluster.actors(names), cluster.reports(names)
    standings = [
        Standing(name, actor.state if actor else "", actor.restarts if actor else None, reports.get(name))
        for name in names
        for actor in (actors.get(name),)
    ]
    missing = not_offered(asked.egresses, cluster.offers())
    return picture(standings, _watched(console, asked), missing, version_here())


def _watched(console: "Console", asked: Asked) -> "list[Watched]":
    """Return who watches each account of the settings: a lease alone is no look."""
    from reconciler.cluster.standing import Watched
    from reconciler.sight.account_state import AccountState, holder_of, state_of

    view = console.queries.now()
    idle = {AccountState.NOT_WATCHED, AccountState.STALLED}
    return [
        Watched(name, holder_of(view, name), looked_at=state_of(view, name) not in idle)
        for name in sorted(asked.egresses)
    ]


def _waited(cluster: "RayCluster", console: "Console", asked: Asked, seconds: float) -> "Picture":
    """Return how it stands once all is well, or the time is over, or what is left needs a person."""
    clock = SystemClock()
    end = clock.now().monotonic + seconds
    while True:
        seen = _picture(cluster, console, asked)
        if seen.settled or clock.now().monotonic >= end:
            return seen
        Event().wait(LOOK_SECONDS)


def _given_back(console: "Console", asked: Asked, ours: set[str]) -> "list[Watched]":
    """Return the accounts that are still held by a worker when the leases of the dead have run out."""
    from reconciler.facts.lease import LASTS

    clock = SystemClock()
    end = clock.now().monotonic + LASTS.total_seconds() + LOOK_SECONDS
    while True:
        held = [each for each in _watched(console, asked) if each.holder is not None]
        if not any(each.holder in ours for each in held) or clock.now().monotonic >= end:
            return held
        Event().wait(LOOK_SECONDS)


def _told(picture: "Picture", *, json: bool) -> int:
    if json:
        typer.echo(orjson.dumps(picture.document(), option=orjson.OPT_INDENT_2).decode())
    else:
        rows = [HEAD, *(_row(each) for each in picture.workers)] if picture.workers else []
        typer.echo("\n".join([*table(rows), *map(printable, picture.lines())]))
    return ExitCode.AGREES if picture.well else ExitCode.UNCHECKED


def _row(standing: "Standing") -> tuple[str, ...]:
    report, again, accounts = standing.report, standing.begun_again, standing.accounts
    named = ", ".join(accounts[:SHOWN]) + (", ..." if len(accounts) > SHOWN else "")
    return (
        printable(standing.place),
        "-" if report is None else printable(report.host),
        "-" if report is None or report.pid is None else str(report.pid),
        printable(standing.word),
        "not known" if again is None else str(again),
        f"{len(accounts)}: {named}" if accounts else "0",
    )


def _say_unreached(names: Sequence[str], what: str) -> None:
    for name in names:
        typer.echo(f"{printable(name)} {what}.")

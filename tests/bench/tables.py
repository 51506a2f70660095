"""What the bench prints of each part's numbers."""

from collections.abc import Callable, Mapping

from tests.bench.policies import POLICIES

Numbers = Mapping[str, float]

COLUMNS = (
    "false_verdicts",
    "false_rollbacks",
    "false_closed",
    "unknown",
    "doubled_flagged",
    "p50_ms",
    "p99_ms",
    "weight",
)
HEADLINES = (
    "verdict.p50_ratio_to_bare_aiohttp",
    "verdict.p50_ratio_to_ccxt",
    "verdict.p50_speedup_over_sleep3",
    "verdict.cpu_us",
    "verdict.bare_race_cpu_us",
    "verdict.stall_ms_at_1000",
    "verdict.binance_weight",
)
SCALE_COLUMNS = {
    "sweep_ms": "sweep",
    "sweep_passed_ms": "passed",
    "stall_ms": "stall",
    "moving_ms": "moving",
    "moving_stall_ms": "stall",
    "targeted_ms": "targeted",
    "targeted_stall_ms": "stall",
    "rss_mb": "rss MB",
    "start_ms": "start",
    "start_stall_ms": "stall",
    "ccxt_parse_ms": "ccxt parse",
    "dict_diff_ms": "dict diff",
    "pandas_merge_ms": "pandas",
}
BUDGET_COLUMNS = {
    "weight": 8,
    "most": 8,
    "told s": 9,
    "after s": 9,
    "false": 7,
    "unknown": 9,
    "blind": 7,
}
DEAREST = 4
_RATIO = "verdict.p50_ratio_to_bare_aiohttp"


def of_policies(numbers: Numbers) -> list[str]:
    """Return a table for each profile."""
    lines: list[str] = []
    for profile in dict.fromkeys(name.split(".")[1] for name in numbers if name.startswith("world.")):
        world = {
            word: int(numbers[f"world.{profile}.{word}"])
            for word in ("opens", "closes", "executed_opens", "failed_closes", "doubled")
        }
        lines.append(
            f"{profile}: {world['opens']} opens, {world['executed_opens']} executed; "
            f"{world['closes']} closes, {world['failed_closes']} failed, {world['doubled']} of them doubled"
        )
        lines.append(
            f"  {'':<18}{'false':>7}{'rollbacks':>11}{'closed':>8}{'unknown':>9}{'doubled seen':>14}"
            f"{'p50 ms':>10}{'p99 ms':>10}{'weight':>8}"
        )
        for policy in POLICIES:
            at = {name: numbers[f"policy.{profile}.{policy}.{name}"] for name in COLUMNS}
            lines.append(
                f"  {policy:<18}{at['false_verdicts']:>7.0f}{at['false_rollbacks']:>11.0f}"
                f"{at['false_closed']:>8.0f}{at['unknown']:>9.0f}{at['doubled_flagged']:>14.0f}"
                f"{at['p50_ms']:>10.0f}{at['p99_ms']:>10.0f}{at['weight']:>8.1f}"
            )
        lines.append("")
    return [*lines, *_headlines(numbers)]


def of_verdict(numbers: Numbers) -> list[str]:
    """Return the contenders beside each other, after each quiet."""
    lines = [f"from a frame to the answer, {numbers['verdict.rounds']:.0f} rounds, us: p25 p50 p75 p99"]
    gaps = [name.rpartition("aiohttp.")[2] for name in numbers if name.startswith(_RATIO + ".")]
    for gap in gaps:
        lines.append(f"  after a quiet of {gap} ms ({numbers[f'{_RATIO}.{gap}']:.2f} x bare aiohttp)")
        for name in ("trueup", "bare_aiohttp", "ccxt_watch_positions"):
            at = [numbers[f"verdict.after.{gap}.{name}.{word}_us"] for word in ("p25", "p50", "p75", "p99")]
            lines.append(f"    {name:<22}" + "".join(f"{each:>8.0f}" for each in at))
    return [*lines, *_headlines(numbers)]


def of_scale(numbers: Numbers) -> list[str]:
    """Return a line for each size of an account."""
    lines = ["ms of processor time (passed, stall, start: of time) of a look at all, and of one at a symbol"]
    lines.append("  " + "legs".rjust(6) + "".join(f"{word:>11}" for word in SCALE_COLUMNS.values()))
    for name in numbers:
        _, legs, *rest = f"{name}..".split(".")
        if rest[0] == "sweep_ms":
            at = [numbers[f"scale.{legs}.{column}"] for column in SCALE_COLUMNS]
            lines.append(f"  {legs:>6}" + "".join(f"{each:>11.1f}" for each in at))
    return lines


def as_it_is(numbers: Numbers) -> list[str]:
    """Return every figure on a line of its own."""
    return [f"  {name:<46}{value:>10.4g}" for name, value in numbers.items()]


def _headlines(numbers: Numbers) -> list[str]:
    return [f"  {name:<40}{numbers[name]:>10.2f}" for name in HEADLINES if name in numbers]


def of_budget(numbers: Numbers) -> list[str]:
    """Return the cases below each other, each with its dearest requests."""
    lines = [
        f"weight a minute of 2,400, as the venue counts it in {numbers['budget.minutes']:g} min",
        "  ".ljust(18)
        + "".join(f"{name:>{width}}" for name, width in BUDGET_COLUMNS.items())
        + "  the dearest, a minute",
    ]
    cases = dict.fromkeys(name.split(".")[1] for name in numbers if name.endswith(".weight_per_minute"))
    for case in cases:
        at = {
            name.removeprefix(f"budget.{case}."): value
            for name, value in numbers.items()
            if name.startswith(f"budget.{case}.")
        }
        paths = {name.split(".")[1]: value for name, value in at.items() if name.startswith("weight_of.")}
        dearest = sorted(paths, key=lambda path: -paths[path])[:DEAREST]
        after = f"{at['detection_after_s']:>9.1f}" if "detection_after_s" in at else " " * 9
        lines.append(
            f"  {case:<16}{at['weight_per_minute']:>8.0f}{at['weight_most_in_a_minute']:>8.0f}"
            f"{at['detection_s']:>9.1f}{after}{at['false_alerts']:>7.0f}"
            f"{at['unknown_alerts']:>9.0f}{at['blind_alerts']:>7.0f}  "
            + ", ".join(f"{path} {paths[path]:.0f}" for path in dearest)
        )
    return lines


TABLES: Mapping[str, Callable[[Numbers], list[str]]] = {
    "startup": as_it_is,
    "policies": of_policies,
    "cpu": _headlines,
    "stall": _headlines,
    "verdict": of_verdict,
    "detect": as_it_is,
    "open": as_it_is,
    "accounts": as_it_is,
    "budget": of_budget,
    "screens": as_it_is,
    "crowd": as_it_is,
    "scale": of_scale,
}

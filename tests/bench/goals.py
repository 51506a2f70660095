"""The goals, and whether a figure meets its own. Each is a promise that somebody else can measure again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Numbers = Mapping[str, float]

PROFILES = ("healthy", "volatile", "outage")
GAPS = ("0.5", "20", "200")
MAIN_LIMIT = 480.0
"""A fifth of what Binance allows an address in a minute."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure is to be.

    Attributes:
        name: Of the figure.
        bound: What it may be at most, or at least; or the name of the figure that it is not to exceed.
        least: True when it is to be at least that.
    """

    name: str
    bound: float | str
    least: bool = False

    def bound_in(self, numbers: Numbers) -> float | None:
        """Return the bound; None where it is another figure, which was not measured."""
        return numbers.get(self.bound) if isinstance(self.bound, str) else self.bound

    def met(self, numbers: Numbers) -> bool | None:
        """Return whether the figure meets it; None where it was not measured."""
        figure, bound = numbers.get(self.name), self.bound_in(numbers)
        if figure is None or bound is None:
            return None
        return figure >= bound if self.least else figure <= bound

    def line(self, numbers: Numbers) -> str:
        """Return the figure beside the goal, with "met" or "missed"."""
        met, bound = self.met(numbers), self.bound_in(numbers)
        word = "not measured" if met is None else "met" if met else "missed"
        figure = f"{numbers[self.name]:.4g}" if self.name in numbers else "-"
        limit = f"{'>=' if self.least else '<='} {bound:.4g}" if bound is not None else f"<= {self.bound}"
        return f"  {self.name:<46}{figure:>10}  {limit:<12} {word}"


GOALS = (
    Goal("verdict.p50_ratio_to_bare_aiohttp", 2),
    *(Goal(f"verdict.p50_ratio_to_bare_aiohttp.{gap}", 2) for gap in GAPS),
    Goal("verdict.p50_speedup_over_sleep3", 25, least=True),
    Goal("verdict.cpu_us", 100),
    Goal("verdict.stall_ms_at_1000", 50),
    Goal("verdict.binance_weight", 13),
    *(Goal(f"policy.{each}.trueup.false_verdicts", 0) for each in PROFILES),
    *(Goal(f"policy.{each}.trueup.p99_ms", f"policy.{each}.best_rival.p99_ms") for each in PROFILES),
    *(Goal(f"policy.{each}.trueup.weight", 13) for each in PROFILES),
    Goal("budget.normal.weight_per_minute", MAIN_LIMIT),
    Goal("budget.storm.weight_per_minute", MAIN_LIMIT),
    Goal("budget.unknown_events.weight_per_minute", MAIN_LIMIT),
    *(
        Goal(f"budget.http_{status}.weight_per_minute", "budget.normal.weight_per_minute")
        for status in (429, 418, 503)
    ),
    Goal("scale.orphans_1000.stored_ms", 300),
    Goal("scale.1000.stall_ms", 10),
    Goal("scale.1000.targeted_ms", 5),
    Goal("scale.10000.stall_ms", 50),
    Goal("scale.10000.sweep_ratio_to_ccxt_parse", 0.35),
    Goal("scale.slope", 1.1),
    Goal("accounts.1.weight_per_minute", 30),
    Goal("accounts.1.written_mb_per_day", 50),
    Goal("accounts.3.rss_mb_each", 2),
    Goal("accounts.3.cpu_percent_each", 0.2),
    Goal("accounts.100.rss_mb", 400),
    Goal("accounts.100.cpu_cores", 0.4),
    Goal("accounts.100.open_verified_p99_s", 1),
    Goal("accounts.100.orphan_pending_p99_s", 1),
    Goal("accounts.100.share_of_fifth_most", 1),
    Goal("open.weight", 13),
    Goal("open.cpu_ms", 10),
    Goal("detect.pending_p99_s", 0.3),
    Goal("detect.visible_p99_s", 1),
    Goal("detect.stop_cancel_push_lost_s", 65),
    Goal("screens.first_alert_s", 1.5),
    Goal("screens.slowest_page_s", 2.5),
    Goal("screens.dialog_s", 0.5),
    Goal("screens.latency_first_visit_mb", 3),
    Goal("screens.latency_data_kb", 100),
    Goal("screens.viewers_20_cores", 1),
    Goal("screens.idle_tab_cores", 0.05),
    Goal("latency.fifty_accounts_ms", 100),
    Goal("cli.help_s", 0.3),
)


def told(numbers: Numbers, of: Iterable[str]) -> list[str]:
    """Return a line for each goal about one of the figures `of`."""
    names = set(of)
    return [goal.line(numbers) for goal in GOALS if goal.name in names]


def counted(numbers: Numbers) -> dict[str, float]:
    """Return how many of the goals are met, missed, and not measured."""
    met = [goal.met(numbers) for goal in GOALS]
    return {
        "goals.met": float(met.count(True)),
        "goals.missed": float(met.count(False)),
        "goals.not_measured": float(met.count(None)),
    }

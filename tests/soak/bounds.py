"""What a figure may grow to, or by, before `make soak` fails; docs/soak.md says why."""

from tests.soak.trend import Bound

_MEMORY = Bound(growth=16.0, per_hour=8.0)
_HANDLES = Bound(growth=3.0)
_LOG = Bound(growth=0.5, per_hour=2.0)

OURS = ("reconciler", "dashboard", "bot")
"""The processes that are judged. The simulated venue remembers every request, and grows by design."""

BOUNDS: dict[str, Bound] = {
    **{f"{name}.uss_mb": _MEMORY for name in OURS},
    **{f"{name}.{figure}": _HANDLES for name in OURS for figure in ("descriptors", "sockets", "threads")},
    "reconciler.heartbeat_age_s": Bound(most=6.0),
    "reconciler.log_mb": _LOG,
    "dashboard.log_mb": _LOG,
    "state.file_mb": Bound(growth=4.0, per_hour=20.0),
    "state.wal_mb": Bound(most=16.0),
    "trueup.weight_per_minute": Bound(most=480.0),
    "venue.weight_per_minute": Bound(most=2400.0),
    "page.covered": Bound(most=0.0),
    "page.nodes": Bound(growth=2000.0),
    "page.listeners": Bound(growth=1000.0),
    "page.script_mb": Bound(growth=24.0, per_hour=8.0),
}

"""For how long things are kept is what the settings say, in their units."""

from datetime import timedelta

from reconciler.service.wiring import retention_of
from reconciler.settings.sections import KeepSettings
from reconciler.storage.retention import Retention


def test_days_are_days_and_megabytes_are_bytes() -> None:
    kept = retention_of(KeepSettings(alerts=10, verifications=20, sweeps=2, size=3))

    assert kept == Retention(
        alerts=timedelta(days=10),
        verifications=timedelta(days=20),
        cycles=timedelta(days=2),
        size=3 * 1024 * 1024,
    )


def test_unset_it_is_kept_as_long_as_before_there_was_a_setting() -> None:
    kept, before = retention_of(KeepSettings()), Retention()

    assert (kept.alerts, kept.verifications, kept.cycles) == (
        before.alerts,
        before.verifications,
        before.cycles,
    )

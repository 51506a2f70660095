"""The judge of a soak: what grows is found, what breathes is not, and what cannot be judged is no pass."""

import math
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.soak.bounds import BOUNDS
from tests.soak.process_figures import figures_of
from tests.soak.trend import Bound, trend

EVERY = 2.0


def judged(values: list[float], bound: Bound, *, warm_up: float = 0.0) -> str:
    at = [EVERY * number for number in range(len(values))]
    return trend(at, values, warm_up=warm_up, bound=bound).complaint


def test_a_leak_of_a_descriptor_a_minute_is_found_in_six_minutes() -> None:
    leaking = [40 + number * EVERY // 60 for number in range(180)]

    assert judged(leaking, BOUNDS["reconciler.descriptors"])


def test_a_slow_leak_is_found_by_a_run_that_is_long_enough() -> None:
    hours = 4
    leaking = [150 + 10 * number * EVERY / 3600 for number in range(int(hours * 3600 / EVERY))]

    assert judged(leaking, BOUNDS["reconciler.uss_mb"])


def test_what_goes_up_and_down_does_not_grow() -> None:
    breathing = [150 + 10 * math.sin(number / 7) for number in range(180)]

    assert judged(breathing, BOUNDS["reconciler.uss_mb"]) == ""


def test_what_the_warm_up_takes_is_not_held_against_it() -> None:
    warming = [50.0 + number for number in range(60)] + [110.0] * 120

    assert judged(warming, BOUNDS["reconciler.uss_mb"])
    assert judged(warming, BOUNDS["reconciler.uss_mb"], warm_up=120) == ""


def test_one_sample_above_what_may_ever_be_is_told() -> None:
    late = [1.0] * 100 + [7.0] + [1.0] * 100

    assert judged(late, BOUNDS["reconciler.heartbeat_age_s"]) == "was 7.0, 6.0 at most"


def test_too_few_samples_are_no_verdict() -> None:
    with pytest.raises(ValueError, match="longer"):
        judged([1.0] * 9, Bound())


def test_the_fitted_slope_is_that_of_the_line() -> None:
    fitted = trend([0, 10, 20, 30] * 3, [1, 2, 3, 4] * 3, warm_up=0, bound=Bound())

    assert fitted.slope == pytest.approx(360)
    assert fitted.growth == pytest.approx(3)


def test_what_this_process_opens_is_counted(tmp_path: Path) -> None:
    before = figures_of(os.getpid())
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    held = bytearray(os.urandom(1)) * 30_000_000
    with (tmp_path / "file").open("w"), socket.socket():
        thread.start()
        after = figures_of(os.getpid())
    over.set()
    thread.join()

    assert after.descriptors - before.descriptors == 2
    assert after.sockets - before.sockets == 1
    assert after.threads - before.threads == 1
    assert 25 < after.uss - before.uss < 60
    assert after.cpu_seconds >= before.cpu_seconds > 0
    assert len(held) == 30_000_000


def test_what_another_process_opens_is_counted() -> None:
    program = (
        "import os, sys; held = [os.open('/', 0) for _ in range(50)]; print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        figures = figures_of(other.pid)

        assert 53 <= figures.descriptors <= 60
        assert figures.threads == 1
        other.kill()

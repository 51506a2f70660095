"""The clock of the torture: a running process sees its wall clock set, and no other clock."""

import subprocess
import sys
from pathlib import Path

from tests.torture.wall_clock import WallClock
from verification.facts.clock import SystemClock

HOUR = 3600.0
PROGRAM = """
import sys, time
from datetime import datetime, UTC
for _ in sys.stdin:
    print(time.time(), datetime.now(UTC).timestamp(), time.monotonic(), flush=True)
"""


def test_a_running_process_sees_the_wall_clock_set_and_no_other(tmp_path: Path) -> None:
    clock = WallClock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=clock.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        right = _ask(process)
        clock.set(-HOUR)
        late = _ask(process)
        process.kill()
    true = SystemClock().now()
    step = 0.0 if clock.why_not else -HOUR  # without a C compiler the torture says that it sets no clock

    for before, after in zip(right[:2], late[:2], strict=True):
        assert abs(before - true.utc_us / 1e6) < 60
        assert abs(after - before - step) < 60
    assert 0 <= late[2] - right[2] < 60
    assert abs((clock.now().utc_us - true.utc_us) / 1e6 + HOUR) < 60


def _ask(process: "subprocess.Popen[str]") -> list[float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return [float(word) for word in process.stdout.readline().split()]

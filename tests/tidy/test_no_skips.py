"""In CI a skipped test is a failure, whichever way it is skipped; elsewhere it is a skip."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SKIPPING = {
    "mark": "import pytest\n@pytest.mark.skip(reason='no server')\ndef test_x(): pass\n",
    "call": "import pytest\ndef test_x(): pytest.skip('no server')\n",
    "fixture": "import pytest\n@pytest.fixture\ndef s(): pytest.skip('no server')\ndef test_x(s): pass\n",
    "file": "import pytest\npytest.skip('no server', allow_module_level=True)\ndef test_x(): pass\n",
    "import": "import pytest\npytest.importorskip('no_server')\ndef test_x(): pass\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_x(): assert False\n"


def run(folder: Path, *, ci: str) -> tuple[int, str]:
    for name, text in {**SKIPPING, "expected": EXPECTED_FAILURE}.items():
        (folder / f"test_{name}.py").write_text(text)
    options = ["-p", "tests.ci", "-p", "no:cacheprovider", "-v", "-rA", "--continue-on-collection-errors"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_in_ci_every_way_to_skip_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    code, output = run(tmp_path, ci="true")

    assert code != 0
    for name in SKIPPING:
        assert re.search(
            rf"test_{name}\.py.*: in CI no test may be skipped\. .*no.server", output, re.IGNORECASE
        ), name
    assert "1 xfailed" in output
    assert "skipped," not in output


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    code, output = run(tmp_path, ci="")

    assert code == 0
    assert "5 skipped" in output

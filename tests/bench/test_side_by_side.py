"""Parts that wait are measured side by side, each of them told and kept as if it were alone."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from tests.bench.__main__ import main, measure
from tests.bench.parts import BESIDE, PARTS, Keep, Size


def test_neighbours_that_wait_are_measured_at_the_same_time_and_others_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    all_there = asyncio.Event()

    async def waits(_size: Size, _keep: Keep) -> None:
        begun.append("waits")
        if begun.count("waits") == len(BESIDE):
            all_there.set()
        await asyncio.wait_for(all_there.wait(), 5)

    for part in BESIDE:
        monkeypatch.setitem(BESIDE, part, waits)
    for part in PARTS:
        if part not in BESIDE:
            monkeypatch.setitem(PARTS, part, lambda _size, _keep: begun.append("alone"))

    _, whole = measure(Size(), result=tmp_path / "bench.json")

    assert whole
    before, after = 6, len(PARTS) - len(BESIDE) - 6
    assert begun == ["alone"] * before + ["waits"] * len(BESIDE) + ["alone"] * after


def test_one_that_fails_beside_another_is_told_and_takes_nothing_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = asyncio.Event()

    async def fails(_size: Size, keep: Keep) -> None:
        keep({"open.cpu_ms": 20.0})
        failed.set()
        raise RuntimeError("the bot has ended")

    async def goes_on(_size: Size, keep: Keep) -> None:
        await failed.wait()
        await asyncio.sleep(0)
        keep({"accounts.1.weight_per_minute": 29.0})

    monkeypatch.setitem(BESIDE, "open", fails)
    monkeypatch.setitem(BESIDE, "accounts", goes_on)
    numbers, whole = measure(Size(), ["open", "accounts"], tmp_path / "bench.json")

    told = capsys.readouterr()
    assert not whole
    assert "open could not be measured" in told.err
    assert "the bot has ended" in told.err
    assert {"open.cpu_ms", "accounts.1.weight_per_minute", "bench.open.seconds"} <= set(numbers)
    assert ["accounts.1.weight_per_minute", "29", "<=", "30", "met"] in map(str.split, told.out.splitlines())


def test_all_of_them_are_ended_when_it_is_told_to_end_and_what_was_measured_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    async def hangs(_size: Size, keep: Keep) -> None:
        keep({"open.cpu_ms": 20.0})
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("open")

    async def is_ended(_size: Size, keep: Keep) -> None:
        keep({"accounts.1.weight_per_minute": 29.0})
        await asyncio.sleep(0)
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)
        finally:
            ended.append("accounts")

    monkeypatch.setitem(BESIDE, "open", hangs)
    monkeypatch.setitem(BESIDE, "accounts", is_ended)
    monkeypatch.chdir(tmp_path)

    assert main(["--only", "open", "--only", "accounts"]) == 130

    numbers = json.loads((tmp_path / "build/bench.json").read_text())
    assert sorted(ended) == ["accounts", "open"]
    assert {"open.cpu_ms", "accounts.1.weight_per_minute", "machine.load_end"} <= set(numbers)

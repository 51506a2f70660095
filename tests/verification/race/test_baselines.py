"""What a leg holds before an order is read with care: a baseline in doubt has no version, or is none."""

from decimal import Decimal

import pytest

from tests.verification.drawn import KEY, order, row
from tests.verification.scene import Scene, play
from tests.verification.scripted_venue import held
from verification.facts.errors import (
    SourceUnreachable,
)
from verification.facts.observation import Observation
from verification.facts.question import Baseline

FILLED = order(43, ended=True, agree=True)


BASELINES: list[tuple[str, tuple[object, ...], Observation | None, Baseline]] = [
    ("nobody shows it", (), None, Baseline(Decimal(0), None)),
    ("the list shows it", (held(KEY, 13, 9),), None, Baseline(Decimal(13), 9)),
    ("both, the list newer", (held(KEY, 13, 9),), row(5, 8), Baseline(Decimal(13), 9)),
    ("both, the stream newer", (held(KEY, 13, 8),), row(5, 9), Baseline(Decimal(5), 9)),
    ("both the same", (held(KEY, 13, 9),), row(13, 9), Baseline(Decimal(13), 9)),
    ("the same instant, not the same", (held(KEY, 13, 9),), row(20, 9), Baseline(Decimal(20), None)),
    ("the stream said zero", (), row(0, 9), Baseline(Decimal(0), 9)),
    ("the stream alone shows it", (), row(43, 9), Baseline(Decimal(43), None)),
    ("the list has no version", (held(KEY, 13, None),), row(13, 9), Baseline(Decimal(13), 9)),
    ("the stream has no version", (held(KEY, 13, 9),), row(13, None), Baseline(Decimal(13), 9)),
    ("the stream spoke of an order", (held(KEY, 13, 9),), FILLED, Baseline(Decimal(13), 9)),
]


@pytest.mark.parametrize(
    ("listed", "pushed", "expected"), [b[1:] for b in BASELINES], ids=[b[0] for b in BASELINES]
)
def test_a_baseline_has_a_version_only_where_there_is_no_doubt(
    listed: tuple[object, ...], pushed: Observation | None, expected: Baseline
) -> None:
    async def story(scene: Scene) -> None:
        scene.venue.positions.answers = {0: listed}
        if pushed is not None:
            scene.venue.newest[KEY] = pushed
        assert await scene.verifier.baseline(KEY) == expected

    play(story)


def test_a_baseline_that_cannot_be_read_is_no_baseline() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.positions.answers = {0: SourceUnreachable("down")}
        with pytest.raises(SourceUnreachable):
            await scene.verifier.baseline(KEY)

    play(story)


def test_a_list_that_hangs_is_no_baseline_and_nobody_waits_for_ever() -> None:
    async def story(scene: Scene) -> None:
        with pytest.raises(SourceUnreachable, match="within 10 s"):
            await scene.verifier.baseline(KEY)
        assert scene.now == pytest.approx(10)

    play(story)

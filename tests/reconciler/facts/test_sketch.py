"""The sketch: as good as 2 %, mergeable, and never hiding a negative sample."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.facts.sketch import ERROR, GAMMA, LEAST_MS, Sketch

MILLISECONDS = st.floats(min_value=0.0011, max_value=1e8)
SAMPLES = st.lists(MILLISECONDS, min_size=1, max_size=200)
ANY_SAMPLES = st.lists(st.floats(min_value=-1e6, max_value=1e8), max_size=100)


def sketch_of(samples: list[float]) -> Sketch:
    sketch = Sketch()
    for sample in samples:
        sketch.add(sample)
    return sketch


@given(SAMPLES, st.floats(min_value=0, max_value=1))
def test_a_quantile_is_within_two_percent_of_the_exact_one(samples: list[float], share: float) -> None:
    exact = sorted(samples)[max(1, math.ceil(share * len(samples))) - 1]

    assert sketch_of(samples).quantile(share) == pytest.approx(exact, rel=ERROR + 1e-9)


@given(ANY_SAMPLES, ANY_SAMPLES)
def test_merging_equals_sketching_all_the_samples(some: list[float], others: list[float]) -> None:
    merged = sketch_of(some)
    merged.merge(sketch_of(others))

    assert merged == sketch_of(some + others)


@given(ANY_SAMPLES)
def test_what_is_stored_is_read_back(samples: list[float]) -> None:
    sketch = sketch_of(samples)

    assert Sketch.from_json(sketch.to_json()) == sketch


@given(ANY_SAMPLES)
def test_every_sample_is_in_the_distribution_and_every_negative_one_is_counted(samples: list[float]) -> None:
    sketch = sketch_of(samples)

    bounds = [bound for bound, _ in sketch.distribution()]
    assert sum(count for _, count in sketch.distribution()) == sketch.count == len(samples)
    assert sketch.negative == sum(sample < 0 for sample in samples)
    assert bounds == sorted(set(bounds))


def test_between_two_far_values_the_distribution_is_empty() -> None:
    sketch = sketch_of([30.0, 30.0, 3000.0])

    (below, nothing), (near, two), (short_of, none), (far, one) = sketch.distribution()

    assert (nothing, two, none, one) == (0, 2, 0, 1)
    assert below < 30 <= near < short_of < 3000 <= far
    assert near / below == pytest.approx(GAMMA)
    assert far / short_of == pytest.approx(GAMMA)


def test_a_negative_sample_counts_as_zero_and_not_as_nothing() -> None:
    sketch = sketch_of([-5.0, 10.0])

    assert (sketch.count, sketch.negative, sketch.quantile(0.5)) == (2, 1, 0.0)
    assert sketch.distribution()[0] == (LEAST_MS, 1)


def test_several_quantiles_are_read_in_one_pass() -> None:
    sketch = sketch_of([float(number) for number in range(1, 1001)])

    assert sketch.quantiles((0.5, 0.95, 0.99, 1)) == pytest.approx((500, 950, 990, 1000), rel=ERROR)


def test_an_empty_sketch_has_no_quantile() -> None:
    with pytest.raises(ValueError, match="no quantiles"):
        Sketch().quantile(0.5)


@pytest.mark.parametrize("sample", [math.inf, -math.inf, math.nan])
def test_what_is_no_duration_is_refused(sample: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Sketch().add(sample)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        "{}",
        '{"n":2,"neg":0,"zero":0,"max":1.0,"b":[1,1]}',
        '{"n":1,"neg":0,"zero":0,"max":1,"b":[1]}',
    ],
)
def test_a_damaged_sketch_is_refused(stored: str) -> None:
    with pytest.raises(ValueError, match="stored sketch"):
        Sketch.from_json(stored)

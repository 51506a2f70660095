"""A mergeable sketch of durations: quantiles within 2 % of the exact ones, small enough to store per window.

Values are counted in logarithmic buckets: bucket `i` holds `(GAMMA**(i-1), GAMMA**i]` milliseconds. The
constants are part of the stored format and never change. The relative error of a quantile is at most `ERROR`,
whatever the distribution, and merging two sketches equals sketching both sets of samples.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

ERROR = 0.02
GAMMA = (1 + ERROR) / (1 - ERROR)
LEAST_MS = 0.001
"""What is shorter counts as this: no clock here tells less than a microsecond."""

_LOG_GAMMA = math.log(GAMMA)


@dataclass(slots=True)
class Sketch:
    """Counts of samples by logarithmic bucket.

    Attributes:
        buckets: Count by bucket index.
        count: All samples.
        negative: Samples that were negative (a clock was wrong): counted as zero, and here.
        zero: Samples of at most `LEAST_MS`, the negative ones among them.
        longest: The largest sample, exactly, milliseconds; 0 while empty.
    """

    buckets: dict[int, int] = field(default_factory=dict)
    count: int = 0
    negative: int = 0
    zero: int = 0
    longest: float = 0.0

    def add(self, milliseconds: float) -> None:
        """Count one sample.

        Raises:
            ValueError: It is not a finite number.
        """
        if not math.isfinite(milliseconds):
            raise ValueError(f"a duration is a finite number of milliseconds, not {milliseconds!r}")
        self.count += 1
        if milliseconds < 0:
            self.negative += 1
        if milliseconds <= LEAST_MS:
            self.zero += 1
        else:
            index = math.ceil(math.log(milliseconds) / _LOG_GAMMA)
            self.buckets[index] = self.buckets.get(index, 0) + 1
        self.longest = max(self.longest, milliseconds)

    def merge(self, other: "Sketch") -> None:
        """Take in the samples of another sketch."""
        for index, count in other.buckets.items():
            self.buckets[index] = self.buckets.get(index, 0) + count
        self.count += other.count
        self.negative += other.negative
        self.zero += other.zero
        self.longest = max(self.longest, other.longest)

    def quantiles(self, shares: Iterable[float]) -> tuple[float, ...]:
        """Return the nearest-rank quantiles, milliseconds, for ascending shares between 0 and 1.

        Raises:
            ValueError: The sketch is empty: there is no such number, and zero would be a lie.
        """
        if self.count == 0:
            raise ValueError("an empty sketch has no quantiles")
        steps = self._steps()
        seen, value = next(steps)
        answers = []
        for share in shares:
            rank = max(1, math.ceil(share * self.count))
            while seen < rank:
                more, value = next(steps)
                seen += more
            answers.append(min(value, self.longest))
        return tuple(answers)

    def quantile(self, share: float) -> float:
        """Return one quantile, milliseconds."""
        return self.quantiles((share,))[0]

    def distribution(self) -> tuple[tuple[float, int], ...]:
        """Return (upper bound in milliseconds, count) of the buckets that hold anything, ascending.

        Where they follow on a gap, an empty bucket stands before them: who draws one from the bound before
        to its own then draws no samples where there are none.
        """
        shown = [(LEAST_MS, self.zero)] if self.zero else []
        for index in sorted(self.buckets):
            if index - 1 not in self.buckets and GAMMA ** (index - 1) > LEAST_MS:
                shown.append((GAMMA ** (index - 1), 0))
            shown.append((GAMMA**index, self.buckets[index]))
        return tuple(shown)

    def to_json(self) -> str:
        """Return the stored form: compact, ordered, equal for equal sketches."""
        flat = [number for index in sorted(self.buckets) for number in (index, self.buckets[index])]
        stored = {"n": self.count, "neg": self.negative, "zero": self.zero, "max": self.longest, "b": flat}
        return orjson.dumps(stored).decode()

    def take_in(self, stored: str | bytes) -> None:
        """Take in the samples of a stored sketch; where it is none, this one is left as it was.

        Raises:
            ValueError: It is not one, or its counts do not add up.
        """
        try:
            raw: Mapping[str, Any] = orjson.loads(stored)
            flat = raw["b"]
            indices, counts = flat[::2], flat[1::2]
            count, negative, zero, longest = raw["n"], raw["neg"], raw["zero"], raw["max"]
            whole = len(indices) == len(counts) and sum(counts) + zero == count
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a stored sketch: {stored!r:.80}") from error
        if not whole:
            raise ValueError(f"a stored sketch does not add up: {stored!r:.80}")
        buckets = self.buckets
        for index, more in zip(indices, counts, strict=True):
            buckets[index] = buckets.get(index, 0) + more
        self.count += count
        self.negative += negative
        self.zero += zero
        self.longest = max(self.longest, longest)

    @classmethod
    def from_json(cls, stored: str | bytes) -> "Sketch":
        """Read the stored form.

        Raises:
            ValueError: It is not one, or its counts do not add up.
        """
        sketch = cls()
        sketch.take_in(stored)
        return sketch

    def _steps(self) -> Iterator[tuple[int, float]]:
        yield self.zero, 0.0
        for index in sorted(self.buckets):
            # The middle of the bucket in the sense of relative error.
            yield self.buckets[index], 2 * GAMMA**index / (GAMMA + 1)

"""What the watch over one account knows at this moment, from memory: whoever asks waits for nothing."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from reconciler.account.cycle import Swept
from reconciler.account.memory.lag_counts import LagCount
from reconciler.facts.change import Explained
from reconciler.views.account import PositionView, SourceView
from verification.facts.account import PositionMode
from verification.facts.observation import Source
from verification.facts.question import OpenQuestion
from verification.latency.venue_time import VenueTime


@dataclass(frozen=True, slots=True)
class Known:
    """One account, as it is known.

    Attributes:
        swept: The last pass over all of it; None before the first.
        sources: The state of each source, now.
        legs: Its legs as they were last compared.
        unverified: Opens without an answer, but for orders that are shown to rest.
        verified_within: Seconds that a verification may take before its open is past its time.
        mode: How the account keeps its positions; None before its venue was connected to.
        symbols: The symbols that its venue lists.
        clock: The venue's clock against ours; None where it is not known well enough.
        lags: How late each source has shown fills since the watch began.
        explained: How much of what has changed is explained; None before that was counted.
    """

    swept: Swept | None
    sources: tuple[SourceView, ...]
    legs: tuple[PositionView, ...]
    unverified: tuple[OpenQuestion, ...]
    verified_within: float
    mode: PositionMode | None
    symbols: Container[str]
    lags: Mapping[Source, LagCount]
    clock: VenueTime | None = None
    explained: Explained | None = None

"""Any question and any observations, for properties of what is stored of them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from tests.verification import drawn
from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import (
    OrderSeen,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion

KEYS = st.sampled_from([*[drawn.KEY] * 8, drawn.OTHER_LEG, LegKey("main", "x", Leg.LONG)])
WORDS = st.text(st.characters(exclude_categories=()), max_size=5)  # half a surrogate pair, too
IDS = st.sampled_from(["7", "7", "7", "seven"])
SMALL = st.integers(-4, 4).map(Decimal)
EXACT = (
    SMALL
    | SMALL
    | SMALL
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6)
)
SIZES = EXACT.map(lambda number: abs(number) or Decimal(1))
VERSIONS = st.integers(0, 9) | st.sampled_from([None, 2**63])
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
TIMES = st.datetimes(min_value=datetime(1, 1, 2), timezones=ZONES)  # noqa: DTZ001 - the zones are those
MOMENTS = st.builds(Moment.at, TIMES, st.floats(0, 30))
CAME = st.builds(
    Provenance.at,
    st.sampled_from(Source),
    MOMENTS,
    st.none() | MOMENTS,
    st.none() | TIMES,
    st.none() | st.integers(0, 9),
)
ORDERS = st.builds(
    OrderSeen,
    KEYS,
    IDS,
    st.none() | IDS,
    EXACT,
    st.booleans(),
    st.none() | st.booleans(),
    WORDS,
    st.none() | EXACT,
    CAME,
    st.booleans(),
)
SEEN = st.lists(
    st.one_of(
        ORDERS,
        st.builds(PositionSeen, KEYS, EXACT, VERSIONS, CAME),
        st.builds(SourceSilent, KEYS, st.sampled_from(Silence), WORDS, st.booleans(), CAME),
    ),
    min_size=1,
    max_size=8,
)
BASELINES = st.builds(Baseline, EXACT, VERSIONS)
OPENS = st.builds(
    OpenQuestion,
    st.just(drawn.KEY),
    st.sampled_from(Side),
    SIZES,
    st.none() | IDS,
    st.none() | IDS,
    st.none() | BASELINES,
    st.booleans(),
    MOMENTS,
)
CLOSES = st.builds(
    CloseQuestion,
    st.just(drawn.KEY),
    st.builds(Baseline, EXACT.map(lambda number: number or Decimal(-1)), VERSIONS),
    st.none() | IDS,
    st.none() | IDS,
    st.booleans(),
    MOMENTS,
)

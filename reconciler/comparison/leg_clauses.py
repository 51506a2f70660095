"""The clauses about one leg, of which the sentence of its kind is put together."""

from datetime import datetime
from decimal import Decimal

from typing_extensions import override

from reconciler.comparison import cause_words
from reconciler.comparison.duplicates import duplicates_of
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.related import related
from reconciler.comparison.stop_words import why_idle
from reconciler.facts.expectation import ExpectationState, StopPolicy
from reconciler.facts.finding import Kind
from reconciler.facts.wording import amount, holding
from reconciler.kinds.form.leg_words import LegWords, StopWords, TwinWords
from reconciler.kinds.registry import spec_of


def reason_for(kind: Kind, case: LegCase) -> str:
    """Return the sentence for a discrepancy of one leg.

    Raises:
        ValueError: The kind is none that a comparison finds.
    """
    sentence = spec_of(kind).sentence
    if sentence is None:
        raise ValueError(f"a comparison does not find {kind}")
    return sentence(LegClauses(case))


class LegClauses(LegWords):
    """What can be said of one leg, by all that a comparison has gathered about it."""

    def __init__(self, case: LegCase) -> None:
        """Say nothing yet: each clause is made when it is asked for."""
        self._case = case

    @property
    @override
    def held(self) -> str:
        return holding(self._case.observed or Decimal(0), self._case.key.symbol, self._case.contract_size)

    @property
    @override
    def long(self) -> bool:
        return (self._case.observed or 0) > 0

    @property
    @override
    def believed(self) -> str:
        return holding(self._case.belief.expected, self._case.key.symbol, self._case.contract_size)

    @property
    @override
    def apart(self) -> str:
        return self._amount(self._case.apart)

    @property
    @override
    def more(self) -> bool:
        return abs(self._case.observed or Decimal(0)) > abs(self._case.belief.expected)

    @property
    @override
    def traded_back(self) -> str:
        case = self._case
        if not case.difference.offset:
            return ""
        return (
            f"{cause_words.own_words(case)} and the bot has not taken note: "
            f"{self.apart} were traded the other way, {cause_words.traded_back(case)}"
        )

    @property
    @override
    def known_as(self) -> str:
        row = related(self._case)
        if row is None:
            return "no bot of this account knows it"
        word = "closed" if row.state is ExpectationState.CLOSED else "failed"
        return f"the bot has its trade {row.row_id} down as {word}"

    @property
    @override
    def who_traded(self) -> str:
        return cause_words.who_traded(self._case)

    @property
    @override
    def what_happened(self) -> str:
        return cause_words.what_happened(self._case)

    @property
    @override
    def appeared_at(self) -> datetime | None:
        return self._case.appeared

    @property
    @override
    def late_order(self) -> str:
        return "" if self._case.late is None else self._case.late.words

    @property
    @override
    def protected(self) -> str:
        stops = self._case.protection
        size = abs(self._case.observed or Decimal(0))
        if not self._case.book.stops_read and stops.covered < size:
            return "whether a stop protects it could not be seen"
        if stops.covered >= size:
            return "a resting stop covers all of it"
        if stops.covered > 0:
            return f"resting stops cover {self._amount(stops.covered)} of it"
        if stops.perhaps > 0:
            return "whether the stop that rests would act is not known"
        return f"no stop protects it: {why_idle(stops)}" if stops.idle else "no stop protects it"

    @property
    @override
    def stopped_in_software(self) -> bool:
        rows = self._case.rows
        software = bool(rows) and all(row.stop_policy is StopPolicy.SOFTWARE for row in rows)
        return software and self._case.protection.covered == 0

    @property
    @override
    def stops_that_did_nothing(self) -> str:
        return cause_words.stops_that_did_nothing(self._case)

    @property
    @override
    def stops(self) -> StopWords:
        stops = self._case.protection
        return StopWords(
            none_acts=stops.covered == 0,
            covered=self._amount(stops.covered),
            needed=self._amount(stops.needed),
            uncovered=self._amount(stops.uncovered),
            idle=why_idle(stops),
            loose=tuple(order.order_id for order in stops.loose),
            entry_since=stops.entry_since,
        )

    @property
    @override
    def twins(self) -> TwinWords:
        found = duplicates_of(self._case)
        assert found is not None, "the kind was given for them"
        several = len({row.ledger for row in found.rows}) > 1
        return TwinWords(
            rows=tuple(f"{row.row_id} of {row.ledger}" if several else row.row_id for row in found.rows),
            order_id=found.order_id,
            trades_since=None if self._case.traded is None else self._case.traded.since,
        )

    def _amount(self, contracts: Decimal) -> str:
        return amount(contracts, self._case.key.symbol, self._case.contract_size)

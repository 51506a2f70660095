"""What follows from each verification, the sidecar's or a bot's: stored, told to a person, watched on."""

from dataclasses import replace
from datetime import datetime

import structlog
from msgspec.structs import replace as seen_as

from reconciler.account.findings.mismatched import mismatched
from reconciler.account.findings.unverified import unverified
from reconciler.account.loop import AccountLoop
from reconciler.account.memory.late_fills import LATE_FILL_WATCHED_FOR
from reconciler.account.memory.unverified_orders import UnverifiedOrders
from reconciler.account.observed import leg_of
from reconciler.account.watch import AccountWatch
from reconciler.alerts.alert import Alert
from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party
from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_verification import record_of, verification_from
from reconciler.storage.store import Store
from reconciler.storage.waiting import waited_out
from reconciler.views.verification import VerificationView
from verification.facts.clock import Clock, Moment
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.rules.working_order import is_over, is_working

log = structlog.get_logger()


class Verdicts:
    """The verdicts of one account."""

    def __init__(self, store: Store, clock: Clock, watch: AccountWatch, loop: AccountLoop) -> None:
        """Nothing is known yet; `restore` first."""
        self._store = store
        self._clock = clock
        self._watch = watch
        self._loop = loop
        self._account = watch.venue.access.account
        self._unverified_orders = UnverifiedOrders(watch.settled_since)
        self._doubted: set[LegKey] = set()  # legs about which a doubt may be open in the state database
        self._learned = 0

    async def restore(self) -> None:
        """Go on with the watch of the process before; until it is known no look may be judged."""
        self._watch.late_fills.restore(await waited_out(self._restored, self._clock))

    async def _restored(self) -> tuple[Alert, ...]:
        alerts = await self._store.open_alerts([self._account])
        self._doubted |= {leg_of(each.key) for each in alerts if each.key.kind is Kind.UNVERIFIED_OPEN}
        await self._learn_stored()
        return alerts

    async def resting(self) -> list[Verification]:
        """Return what the process before left waiting for resting orders, as of this process's clock."""
        stored = await waited_out(lambda: self._store.resting(self._account), self._clock)
        found = [_read(view, evidence) for view, evidence in stored]
        now = self._clock.now()
        return [_now(each, now) for each in found if each is not None]

    async def learn_bots(self) -> None:
        """Read the verifications of bots that were stored since; the sidecar's own are known.

        Raises:
            StateDatabaseError: What follows from one of them could not be stored; it is read again.
        """
        await self._learn_stored(asked_by="bot")

    async def _learn_stored(self, asked_by: str | None = None) -> None:
        since, after = self._clock.now().utc - 2 * LATE_FILL_WATCHED_FOR, self._learned
        stored = await self._store.verifications(self._account, since=since, after=after, asked_by=asked_by)
        learned = [(view, _read(view, evidence)) for view, evidence in stored]
        for view, known in learned:
            if known is not None:
                self._learn(view, known)
                if not _is_doubt(known):  # first, for after a start a doubt may stand before its answer
                    self._unverified_orders.know_answered(known.question)
        for view, known in learned:
            if known is not None and view.asked_by == "bot":
                await self._follow_bot(known)
            elif known is not None:
                self._note(known)
            self._learned = max(self._learned, view.id)
        self._look_at_disagreements()

    async def answered(self, verification: Verification) -> int:
        """Store a verification of the sidecar's own, and what follows; return its number."""
        view, evidence = record_of(verification, asked_by="sidecar")
        number = await self._store.save_verification(view, evidence)
        self._learn(replace(view, id=number), verification)
        if _is_doubt(verification):
            await self._doubt(verification)
        else:
            await self._end_doubt(verification)
            await self._tell_mismatch(verification)
        return number

    def on_order(self, seen: OrderSeen) -> None:
        """Hear a slower source: the first answer has decided, and a later one may contradict it."""
        self._watch.disagreements.on_order(seen)
        self._look_at_disagreements()

    def _look_at_disagreements(self) -> None:
        self._loop.mark({finding.symbol for finding in self._watch.disagreements.waiting()})

    def _learn(self, view: VerificationView, verification: Verification) -> None:
        self._watch.late_fills.learn(view, verification.question)
        self._watch.disagreements.learn(view, verification, now=self._clock.now().utc)

    def _note(self, verification: Verification) -> None:
        if _is_doubt(verification):
            self._unverified_orders.raised(verification.question, self._clock.now())
        else:
            self._unverified_orders.ended(verification.question)

    async def _follow_bot(self, verification: Verification) -> None:
        """Tell a person of what a bot could not find out, unless somebody else has found it out."""
        question = verification.question
        if not _is_doubt(verification):
            if self._unverified_orders.doubted(question):
                await self._end_doubt(verification)
            self._unverified_orders.ended(question)
            return
        young = self._clock.now().utc - verification.decided.utc <= LATE_FILL_WATCHED_FOR
        if young and not self._unverified_orders.answered(question):
            await self._doubt(verification)

    async def _doubt(self, verification: Verification) -> None:
        at, question = self._clock.now(), verification.question
        finding = unverified(verification, self._watch.venue.markets.get(question.key.symbol))
        self._doubted.add(question.key)
        await self._store.observe(Observed((Detected(finding, at.utc, confirmed=True),)), now=at.utc)
        self._unverified_orders.raised(question, at)
        self._loop.doubted(finding.identity)

    async def _tell_mismatch(self, verification: Verification) -> None:
        market = self._watch.venue.markets.get(verification.question.key.symbol)
        finding = mismatched(verification, market)
        if finding is not None:
            now = self._clock.now().utc
            await self._store.observe(Observed((Detected(finding, now, confirmed=True),)), now=now)
            self._loop.mark((finding.symbol,))

    async def _end_doubt(self, verification: Verification) -> None:
        question = verification.question
        self._unverified_orders.know_answered(question)
        if self._unverified_orders.is_last(question):  # no other order of the leg is in doubt
            now, key = self._clock.now().utc, question.key
            condition = FindingKey(Kind.UNVERIFIED_OPEN, key.account, key.symbol, key.leg)
            clear = _ended(verification, now)
            if key in self._doubted:  # else there is nothing to clear, nor to look at for that
                await self._store.observe(Observed(clear={condition: clear}), now=now)
                self._loop.mark((key.symbol,))
            self._loop.answered(condition, clear)
        # Only now: while it is not stored it is in doubt still, and is told when it is tried again.
        self._unverified_orders.ended(question)


def _is_doubt(verification: Verification) -> bool:
    """True when it is not known what an order did; of one that rests, or has ended surely, it is."""
    if verification.verdict.kind is not VerdictKind.UNKNOWN or is_over(verification):
        return False
    return not is_working(verification.question, verification.observations)


def _read(view: VerificationView, evidence: str) -> Verification | None:
    """Return the verification of a row; None where it cannot be read: `trueup audit` tells of it as well."""
    try:
        return verification_from(view, evidence)
    except EvidenceUnreadable as error:
        log.warning("verification.unreadable", verification_id=view.id, error=str(error))
        return None


def _now(stored: Verification, now: Moment) -> Verification:
    """Return a verification of another process by this one's clock: monotonic time begins anew in each."""

    def here(moment: Moment) -> Moment:
        return Moment(moment.utc_us, now.monotonic - (now.utc_us - moment.utc_us) / 1e6)

    def seen_here(seen: Observation) -> Observation:
        came = seen.provenance
        sent = None if came.sent is None else here(came.sent)
        return seen_as(seen, provenance=seen_as(came, received=here(came.received), sent=sent))

    question = replace(stored.question, asked=here(stored.question.asked))
    observations = tuple(map(seen_here, stored.observations))
    return Verification(question, stored.verdict, observations, here(stored.decided))


def _ended(verification: Verification, at: datetime) -> Clear:
    """Return what ends the doubt: a verdict, or the order seen to rest alive, or to have ended."""
    verdict = verification.verdict
    if verdict.kind is VerdictKind.UNKNOWN:
        how = "has ended" if is_over(verification) else "rests alive"
        reason = f"the order {how}: {verdict.reason}"
        return Clear((Evidence(Party.EXCHANGE, "order", reason, at, {}),), at, reason)
    source = str(verdict.decided_by or "order")
    return Clear((Evidence(Party.EXCHANGE, source, verdict.reason, at, {}),), at, verdict.reason)

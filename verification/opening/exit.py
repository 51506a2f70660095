"""Closes what an entry executed, reduce-only, and proves the close; else says so loudly.

An exit is sent again only when the one before is known to have had no more effect: it was refused, or it
ended. After a lost answer it is asked for by its id, and not finding it proves nothing.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from verification.facts.clock import Moment
from verification.facts.errors import AnswerLost
from verification.facts.leg import Side
from verification.facts.order_identity import is_order
from verification.facts.question import Baseline, CloseQuestion
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.opening.case import OpeningCase, OpeningContext, in_time, order_ended, order_now
from verification.opening.close_beside_stop import verify_beside_others
from verification.opening.closed_elsewhere import closed_elsewhere
from verification.opening.outcome import Exposed
from verification.opening.protection import Stop, StopState
from verification.opening.slow_exit_alert import alert_if_slow
from verification.opening.withdrawal import withdraw, withdraw_others
from verification.race.stream_listener import StreamListener
from verification.rules.shown_version import shown_at
from verification.venues.trading import OrderRefused

MAX_EXITS = 3
_PAUSE_AFTER_REFUSAL = 0.5  # seconds, times the number of the exit


@dataclass(frozen=True, slots=True)
class _Proof:
    """What became of one exit: what was asked, what it executed, and whether it can execute no more."""

    name: str | None
    verification: Verification
    executed: Decimal
    undone: bool
    over: bool


class Exit:
    """Closes what one entry executed."""

    def __init__(
        self,
        context: OpeningContext,
        case: OpeningCase,
        held: Decimal,
        *,
        entry_over: bool,
        shown_at: int | None,
        stop: Stop | None,
        stop_counted: bool = False,
        perhaps_sent: bool = False,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            context: What to work with.
            case: The opening.
            held: What the entry executed, signed, and the leg still holds.
            entry_over: False when the entry may execute more: then that all of it is closed cannot be proved.
            shown_at: The newest version at which the venue showed the leg with it; None if it never did.
            stop: The stop that was sent; None if none was.
            stop_counted: True when `held` is without what the stop has executed.
            perhaps_sent: True after a crash: each exit is looked for before it is sent, for the journal may
                be behind.
        """
        self._context = context
        self._case = case
        self._left = held
        self._entry_over = entry_over
        self._shown_at = shown_at
        self._stop = stop
        self._doubt: str | None = None
        self._counted = stop_counted
        self._perhaps_sent = perhaps_sent

    async def run(self, why: str, first: int = 1) -> Verification | Exposed:
        """Send exits until one is proved to have closed what is left; return that proof.

        Args:
            why: Why it is closed.
            first: The number of the first exit; above 1 after a crash.
        """
        async with alert_if_slow(self._context, self._case, why, lambda: self._left):
            return self._concluded(await self._run(why, first), why)

    async def resume(self, exit_name: str, why: str) -> Verification | Exposed:
        """Go on after a crash: ask what became of the exit that was announced last."""
        async with alert_if_slow(self._context, self._case, why, lambda: self._left):
            number = self._case.names.number_of(exit_name)
            proof = await self._prove(None, exit_name, self._context.clock.now(), None)
            ended = await self._after(proof, why)
            return self._concluded(ended if ended is not None else await self._run(why, number + 1), why)

    def _concluded(self, ended: Verification | Exposed, why: str) -> Verification | Exposed:
        if self._entry_over or isinstance(ended, Exposed):
            return ended
        self._case.last_word = None
        reason = f"{why}; what had executed was closed, but the entry may execute more"
        if self._stop is not None and self._stop.state is StopState.RESTS:
            reason += ", and the stop was left for that"
        return self._case.exposed(None, ended, reason)

    async def _run(self, why: str, first: int) -> Verification | Exposed:
        refusal = ""
        for number in range(first, first + MAX_EXITS):
            if not self._case.exclusive:
                await self._stop_fired(already=True)
            ended = await self._by_stop(why)
            if ended is not None:
                return ended
            sent = await self._exit(number)
            if isinstance(sent, OrderRefused):
                refusal = f"exit {self._case.names.exit(number)} was refused: {sent}"
                elsewhere = await self._after_refusal()
                if elsewhere is not None:
                    return elsewhere
                if not self._fired:
                    await self._context.clock.sleep(_PAUSE_AFTER_REFUSAL * number)
                continue
            ended = await self._after(sent, why)
            if ended is not None:
                return ended
        ended = await self._by_stop(why)
        if ended is not None:
            return ended
        proof = await self._prove(None, None, self._context.clock.now(), None)
        if proof.undone:
            return await self._done(proof)
        reason = f"{why}; {refusal or proof.verification.verdict.reason}"
        return self._case.exposed(self._left, proof.verification, reason)

    @property
    def _fired(self) -> bool:
        return self._stop is not None and self._stop.state is StopState.FIRED

    async def _after_refusal(self) -> Verification | None:
        """Ask what else has closed it; return the proof where something has. The refusal itself is none."""
        if await self._stop_fired():
            return None
        proof = await closed_elsewhere(self._context, self._case, self._left, self._shown_at)
        if proof is None:
            return None
        return await self._done(_Proof(None, proof, Decimal(0), undone=True, over=True))

    async def _by_stop(self, why: str) -> Verification | Exposed | None:
        """Prove the close by a stop that fired; None when none has, or when it left something.

        It was an exit too. Sending another for what it has closed would close what others hold.
        """
        if self._counted or not self._fired:
            return None
        self._counted = True
        proof = await self._prove(None, self._case.stop_name, self._context.clock.now(), None)
        return await self._after(proof, why)

    async def _stop_fired(self, *, already: bool = False) -> bool:
        """Ask whether the stop was quicker than the exit, or took a part of what the exit was sent for.

        `already` asks once, before an exit is sent: it would close what others hold.
        """
        context, case, name = self._context, self._case, self._case.stop_name
        if self._stop is None or not self._stop.may_act or self._counted:
            return False
        if already and not ((now := await order_now(context, case, name)) and now.executed):
            return False
        seen = await order_ended(context, case, name)
        if seen is None or seen.executed == 0:
            return False
        self._stop = Stop(StopState.FIRED, f"stop {seen.order_id} has executed {seen.executed}")
        return True

    async def _after(self, proof: _Proof, why: str) -> Verification | Exposed | None:
        """Return how it ended; None when another exit may be sent for what is left."""
        if proof.undone:
            return await self._done(proof)
        before, verdict = self._left, proof.verification.verdict
        self._left += proof.executed
        if proof.executed != 0:  # what a list that lags still shows of before is no growth of what is left
            self._shown_at = shown_at(proof.verification, self._case.leg_with(self._left))
        if proof.over and proof.executed * before <= 0 and self._left * before > 0:
            return None
        reason = f"{why}; the close could not be proved ({verdict.kind}): {verdict.reason}"
        return self._case.exposed(self._left, proof.verification, reason)

    async def _exit(self, number: int) -> _Proof | OrderRefused:
        context, case, left, name = self._context, self._case, self._left, self._case.names.exit(number)
        if self._perhaps_sent and await order_now(context, case, name) is not None:
            return await self._prove(None, name, context.clock.now(), None)
        case.exits = max(case.exits, number)
        case.write(partial(context.journal.closing, case.entry, name, abs(left)))
        watch = context.verifier.watch(case.key)
        asked = context.clock.now()
        try:
            sending = context.trader.leave(case.key, Side.closing(left), abs(left), name)
            order_id: str | None = await in_time(context, sending)
        except AnswerLost:
            order_id = None
        except OrderRefused as refusal:
            watch.close()
            return refusal
        except BaseException:
            watch.close()
            raise
        case.exit = (name, abs(left))
        if order_id is not None:
            case.write(partial(context.journal.ordered, case.entry, order_id))
        return await self._prove(order_id, name, asked, watch)

    async def _prove(
        self, order_id: str | None, name: str | None, asked: Moment, watch: StreamListener | None
    ) -> _Proof:
        """Verify the close: sources are raced and asked again and again, at the latest for ten seconds."""
        case, left = self._case, self._left
        alone = case.exclusive and self._entry_over and name is not None and await self._only(order_id, name)
        held = Baseline(case.leg_with(left), self._shown_at)
        question = CloseQuestion(case.key, held, order_id, name, exclusive=alone, asked=asked)
        if alone or name is None:
            verification = await self._context.verifier.verify(question, watch)
        else:
            verification = await verify_beside_others(
                self._context, case, question, watch, left=left, stop_fired=self._stop_fired
            )
        case.write_verified(self._context.journal, verification)
        orders = [each for each in verification.observations if is_order(each, order_id, name)]
        executed = max((order.executed for order in orders), key=abs, default=Decimal(0))
        over = any(o.terminal and o.executed == executed and o.trades_agree is True for o in orders)
        # An exit that executed all it was sent for has undone the entry, whatever else the leg holds.
        flat = verification.verdict.kind is VerdictKind.CONFIRMED
        return _Proof(name, verification, executed, undone=flat or executed == -left, over=over)

    async def _only(self, order_id: str | None, name: str) -> bool:
        """Return True when nothing but this exit can have changed the leg, or will.

        While a stop may act, the exit's executions do not say what is left, and a zero must be waited for.
        Once the exit has executed everything, the stop has nothing left to protect: it is withdrawn first.
        """
        context, case = self._context, self._case
        if self._stop is None or not self._stop.may_act or name == case.stop_name:
            return True
        exit_ = await order_ended(context, case, name, order_id=order_id)
        if exit_ is None or exit_.executed != -self._left:
            return False
        await self._withdraw_stop()
        if self._doubt is not None:
            return False
        stop = await order_ended(context, case, case.stop_name)
        return stop is not None and stop.executed == 0 and stop.trades_agree is True

    async def _done(self, proof: _Proof) -> Verification:
        if self._entry_over or self._stop is None or self._stop.state is not StopState.RESTS:
            await self._withdraw_stop()
        if self._doubt is not None:
            self._case.concerns.append(self._doubt)
        if self._entry_over:
            await withdraw_others(self._context, self._case)
        await self._report_overclosed(proof)
        self._case.last_word = partial(self._context.journal.closed, self._case.entry)
        return proof.verification

    async def _report_overclosed(self, proof: _Proof) -> None:
        """Tell a person where an exit, and a stop that was as quick, closed what others hold as well."""
        context, case, stop = self._context, self._case, self._stop
        if case.exclusive or stop is None or stop.state not in {StopState.FIRED, StopState.ENDED}:
            return
        beyond = self._left
        for name in (proof.name,) if self._counted else (proof.name, case.stop_name):
            seen = None if name is None else await order_ended(context, case, name)
            beyond += Decimal(0) if seen is None else seen.executed
        if beyond * self._left < 0:
            case.concerns.append(f"{abs(beyond)} of what others hold on the leg were closed as well")

    async def _withdraw_stop(self) -> None:
        """Take back a stop that may rest: one that is left over would act on the next position."""
        stop, name = self._stop, self._case.stop_name
        if stop is None or not stop.may_act or stop.state is StopState.FIRED or self._doubt is not None:
            return
        rested = stop.state in {StopState.RESTS, StopState.WRONG}
        doubt = await withdraw(self._context, self._case, name, rested=rested)
        if doubt is None:
            self._stop = Stop(StopState.ENDED, f"{stop.reason}; it was withdrawn")
        else:
            asked = f"see at the venue that no stop {name} is left"
            self._doubt = f"{stop.reason}; it could not be cancelled ({doubt}): {asked}"

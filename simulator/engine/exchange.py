"""The exchange itself, in no venue's protocol: what it holds, and everything that can happen to it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from simulator.engine.admission import admit, check_post_only
from simulator.engine.clock import VenueClock
from simulator.engine.conditional import Conditionals
from simulator.engine.effect import (
    Effect,
    Filled,
    FundingPaid,
    LeverageChanged,
    OrderChanged,
    PriceChanged,
    SettingChanged,
)
from simulator.engine.market import Markets
from simulator.engine.matching import Matching
from simulator.engine.order import (
    AlgoOrder,
    AlgoStatus,
    Kind,
    Order,
    PositionSide,
    Side,
    Status,
    Ticket,
    TimeInForce,
    order_of,
)
from simulator.engine.readings import Readings
from simulator.engine.refusal import Reason, Refused
from simulator.engine.truth import Truth

DEFAULT_WALLET = Decimal(100_000)
MAX_LEVERAGE = 125


class Exchange(Readings):
    """One account on one venue of linear perpetuals.

    Symbols are taken in either spelling (`AVL/USDT:USDT` or `AVLUSDT`). Quantities are contracts.

    Attributes:
        truth: The state, for assertions.
        clock: The venue's clock.
        markets: The markets.
    """

    def __init__(
        self,
        markets: Markets | None = None,
        clock: VenueClock | None = None,
        *,
        wallet: Decimal = DEFAULT_WALLET,
    ) -> None:
        self.clock = clock or VenueClock()
        self.markets = markets or Markets()
        super().__init__(Truth(self.markets, self.clock, wallet=wallet))
        self._matching = Matching(self.truth)
        self._conditionals = Conditionals(self.truth, self._accept)
        self.truth.listen(self._follow)

    def listen(self, listener: Callable[[Effect], None]) -> None:
        """Call `listener` with every effect from now on, at once and in order."""
        self.truth.listen(listener)

    def place(self, ticket: Ticket) -> Order:
        """Accept and match a market or limit order, and return what became of it.

        Raises:
            Refused: The venue does not take it.
        """
        return self._accept(admit(self.truth, ticket), None)

    def decline(self, ticket: Ticket) -> Order:
        """End at once, with nothing executed, what was acknowledged and is then not taken after all."""
        ticket = replace(ticket, symbol=self.markets.symbol(ticket.symbol))
        order = order_of(ticket, ticket.number or self.truth.next_id(), self.clock.ms())
        return self._matching.expire(order)

    def place_conditional(self, ticket: Ticket) -> AlgoOrder:
        """Accept a conditional order.

        Raises:
            Refused: The venue does not take it.
        """
        return self._conditionals.accept(admit(self.truth, ticket))

    def _accept(self, ticket: Ticket, algo: AlgoOrder | None) -> Order:
        number = ticket.number or self.truth.next_id()
        order = order_of(ticket, number, self.clock.ms(), algo)
        check_post_only(order, self.markets.find(order.symbol))
        if algo is not None:
            self._conditionals.order_accepted(algo.id, order)
        self.truth.order_changed(order, "NEW")
        return self._matching.take(order)

    def _follow(self, effect: Effect) -> None:
        """Tell a conditional order what became of the order it turned into."""
        if (
            isinstance(effect, OrderChanged | Filled)
            and effect.order.algo_id
            and not effect.order.status.open
        ):
            self._conditionals.order_ended(effect.order.algo_id, effect.order)

    def cancel(self, order_id: int) -> Order:
        """Cancel a resting order.

        Raises:
            Refused: There is none of that id, or it is not open any more.
        """
        order = self.order(order_id)
        if order is None:
            raise Refused(Reason.UNKNOWN_ORDER, str(order_id))
        if not order.status.open:
            raise Refused(Reason.ORDER_NOT_OPEN, str(order_id))
        return self.truth.order_changed(
            replace(order, status=Status.CANCELED, updated_ms=self.clock.ms()), "CANCELED"
        )

    def cancel_conditional(self, algo_id: int) -> AlgoOrder:
        """Cancel a conditional order that waits.

        Raises:
            Refused: There is none of that id, or it waits no more.
        """
        algo = self.algo(algo_id)
        if algo is None:
            raise Refused(Reason.UNKNOWN_ORDER, str(algo_id))
        if algo.status is not AlgoStatus.NEW:
            raise Refused(Reason.ORDER_NOT_OPEN, str(algo_id))
        return self.truth.algo_changed(replace(algo, status=AlgoStatus.CANCELED, updated_ms=self.clock.ms()))

    def set_price(self, symbol: str, price: Decimal, last: Decimal | None = None) -> None:
        """Move the mark price, and the last price where that goes its own way.

        Resting orders that the mark price reaches are filled, conditional orders wake.

        Raises:
            Refused: There is no such market, or the price is not positive.
        """
        market = self.markets.reprice(symbol, price, last)
        self.truth.emit(PriceChanged(market.symbol, price, self.clock.ms()))
        self._matching.rest(market.symbol)
        self._conditionals.wake(market)

    def shape(self, symbol: str, *, liquidity: Decimal | None = None, clip: Decimal | None = None) -> None:
        """Set how much a taker finds and how large one trade is; None lifts the limit.

        Raises:
            Refused: There is no such market.
        """
        self.markets.put(replace(self.markets.find(symbol), liquidity=liquidity, clip=clip))

    def hold(self, symbol: str) -> None:
        """Accept orders without matching them, until `release`.

        Raises:
            Refused: There is no such market.
        """
        self.markets.put(replace(self.markets.find(symbol), held=True))

    def release(self, symbol: str) -> None:
        """Match what was held back, oldest first.

        Raises:
            Refused: There is no such market.
        """
        market = replace(self.markets.find(symbol), held=False)
        self.markets.put(market)
        for order in self.truth.open_orders(market.symbol):
            current = self.truth.orders.get(order.id)
            if current is not None and current.status.open:
                self._matching.take(current)

    def fill(self, order_id: int, quantity: Decimal | None = None) -> Order:
        """Let another trader take a resting order, in part or whole, at its price.

        Raises:
            Refused: There is no such open order, or the quantity is not positive.
        """
        order = self.order(order_id)
        if order is None or not order.status.open:
            raise Refused(Reason.UNKNOWN_ORDER, str(order_id))
        if quantity is not None and quantity <= 0:
            raise Refused(Reason.BAD_QUANTITY, str(quantity))
        price = order.price or self.markets.find(order.symbol).price
        return self._matching.fill(order, quantity or order.remaining, price, maker=True)

    def liquidate(
        self,
        symbol: str,
        side: PositionSide = PositionSide.BOTH,
        *,
        deleverage: bool = False,
        settle: bool = False,
        quantity: Decimal | None = None,
    ) -> Order:
        """Take a position away at the present price, or `quantity` of it: by liquidation, or as named.

        Resting orders of the symbol are cancelled first. The order is the venue's own: its client id starts
        with `autoclose-`, or is `adl_autoclose` when deleveraging, or starts with `settlement_autoclose-`.

        Raises:
            Refused: There is nothing to take.
        """
        symbol = self.markets.symbol(symbol)
        amount = self.truth.position(symbol, side).amount
        if amount == 0:
            raise Refused(Reason.NO_POSITION, symbol)
        for order in self.truth.open_orders(symbol):
            self.cancel(order.id)
        market, now = self.markets.find(symbol), self.clock.ms()
        closing = Side.SELL if amount > 0 else Side.BUY
        number = self.truth.next_id()
        name = f"{'settlement_' if settle else ''}autoclose-{now}{number}"
        order = Order(
            id=number,
            client_id="adl_autoclose" if deleverage else name,
            symbol=symbol,
            side=closing,
            kind=Kind.LIMIT,
            position_side=side,
            quantity=abs(amount) if quantity is None else min(quantity, abs(amount)),
            price=market.bid if closing is Side.SELL else market.ask,
            time_in_force=TimeInForce.IOC,
            reduce_only=side is PositionSide.BOTH,
            created_ms=now,
            updated_ms=now,
            owner="venue",
        )
        self.truth.order_changed(order, "NEW")
        return self._matching.fill(order, order.quantity, order.price, maker=False, forced=True)

    def fund(self, symbol: str, amount: Decimal) -> None:
        """Pay funding into the wallet; negative takes it out. No position changes.

        Raises:
            Refused: There is no such market.
        """
        symbol = self.markets.symbol(symbol)
        self.truth.wallet += amount
        self.truth.emit(FundingPaid(symbol, amount, self.truth.wallet, self.clock.ms()))

    def set_hedge(self, *, hedge: bool, symbol: str | None = None) -> None:
        """Choose hedge or one-way mode, of one symbol or of all.

        Raises:
            Refused: It is the mode already, or something is open; or there is no such market.
        """
        symbol = symbol and self.markets.symbol(symbol)
        modes = {self.truth.is_hedge(symbol)} if symbol else {self.truth.hedge, *self.truth.hedged.values()}
        if modes == {hedge}:
            raise Refused(Reason.MODE_UNCHANGED)
        if self.open_orders(symbol):
            raise Refused(Reason.HAS_OPEN_ORDERS)
        if any(held.amount for held in self.positions() if symbol in {None, held.symbol}):
            raise Refused(Reason.HAS_POSITIONS)
        if symbol:
            self.truth.hedged[symbol] = hedge
        else:
            self.truth.hedge = hedge
            self.truth.hedged.clear()
        self.truth.emit(SettingChanged(f"hedge {symbol or 'all'}", str(hedge), self.clock.ms()))

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Set the leverage of a symbol.

        Raises:
            Refused: There is no such market, or it is out of range.
        """
        symbol = self.markets.symbol(symbol)
        if not 1 <= leverage <= MAX_LEVERAGE:
            raise Refused(Reason.BAD_LEVERAGE, str(leverage))
        self.truth.leverage[symbol] = leverage
        self.truth.emit(LeverageChanged(symbol, leverage, self.clock.ms()))

    def set_isolated(self, symbol: str, *, isolated: bool) -> None:
        """Choose isolated or cross margin for a symbol.

        Raises:
            Refused: There is no such market, it has that margin already, or something is open.
        """
        symbol = self.markets.symbol(symbol)
        if isolated == (symbol in self.truth.isolated):
            raise Refused(Reason.MARGIN_UNCHANGED)
        if self.truth.open_orders(symbol):
            raise Refused(Reason.HAS_OPEN_ORDERS)
        if any(position.amount for position in self.positions() if position.symbol == symbol):
            raise Refused(Reason.HAS_POSITIONS)
        (self.truth.isolated.add if isolated else self.truth.isolated.discard)(symbol)
        self.truth.emit(SettingChanged(f"isolated {symbol}", str(isolated), self.clock.ms()))

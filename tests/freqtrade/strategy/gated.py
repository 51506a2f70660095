"""The same, but that Trueup's gate is asked before an entry, by the very lines that docs/gate.md gives."""

from documented import MyStrategy
from scripted import Scripted


class Gated(Scripted):
    def confirm_trade_entry(self, pair, *given, **named):
        wish = self._wish(pair, "enter")
        if wish is None:
            return False
        allowed = MyStrategy.confirm_trade_entry(self, pair, *given, **named)
        self._mark(wish, allowed=allowed)
        return allowed

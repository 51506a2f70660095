"""What the venue says of orders that were asked for, by the names that the comparison uses."""

from verification.order_fact import OrderFact, OrderFacts, OrderRef

__all__ = ["OrderFact", "OrderFacts", "OrderRef"]

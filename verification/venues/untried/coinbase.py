"""What is known of Coinbase: what it is called."""

from verification.venues.capabilities import Capabilities
from verification.venues.parts import settle_coin

CAPABILITIES = Capabilities(part_of=settle_coin, names=frozenset({"coinbase", "coinbaseadvanced"}))

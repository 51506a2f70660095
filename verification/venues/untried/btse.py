"""What is known of BTSE: orders have to be asked for by the type of contract."""

from verification.venues.capabilities import Capabilities, swaps_by_type
from verification.venues.parts import settle_coin

CAPABILITIES = Capabilities(part_of=settle_coin, lists_of=swaps_by_type)

"""What lasts of a row of Bybit's position list, and what moves with the price."""

from verification.venues.bybit.rows import position
from verification.venues.reading.markets import Markets
from verification.venues.reading.position_rows import PositionRows, PriceNames


def position_rows(account: str, markets: Markets) -> PositionRows:
    """Return what reads the rows of the position list."""
    return PositionRows(
        markets,
        lambda row: position(row, account, markets),
        lasting=(
            *("symbol", "positionIdx", "side", "size", "seq", "avgPrice", "updatedTime"),
            *("tpslMode", "stopLoss", "trailingStop", "activePrice"),
        ),
        prices=PriceNames("markPrice", "positionValue", "liqPrice"),
    )

"""Whether a hummingbot trades the account that its database was given to, by its connectors. Pure."""

from collections.abc import Iterable

from reconciler.ledgers.hummingbot.connectors import Connector, connector_of
from reconciler.ledgers.hummingbot.fill_book import FillBook
from reconciler.ledgers.hummingbot.tracked_order import TrackedOrder
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble
from reconciler.ledgers.tables import BotDatabase

_Lines = tuple[str, ...]


def must_trade_here(
    database: BotDatabase, book: FillBook, tracked: Iterable[TrackedOrder], options: LedgerOptions
) -> tuple[_Lines, _Lines]:
    """Return what of a ledger is judged nowhere, and what is worth a note, in words.

    Raises:
        LedgerUnreadable: Its bot trades elsewhere, and never has traded the account; or it only imagines.
    """
    newest = sorted(((at, connector_of(market)) for market, at in book.markets.items()), key=_newest_first)
    if not newest:
        return (), ()
    if newest[0][1].paper:
        raise database.trouble(
            LedgerTrouble.DRY_RUN,
            f"is of a bot in paper trading ({newest[0][1].name}), whose trades no exchange holds: name "
            "the live bot's database",
        )
    venue = options.venue
    if venue is None:
        return (), ()
    others = [each for _, each in newest if not each.is_of(venue, sandbox=options.sandbox)]
    if len(others) == len(newest) and not any(True for _ in tracked):
        raise database.trouble(
            LedgerTrouble.WRONG_ACCOUNT,
            f"is of a bot that trades {newest[0][1].words}, and the account is of contracts on {venue}: "
            "name this account's own bot, or the account that the bot trades",
        )
    return tuple(_left_out(book, others, options)), tuple(_notes(others))


def _newest_first(place: tuple[int, Connector]) -> tuple[int, str]:
    return -place[0], place[1].name


def _left_out(book: FillBook, others: Iterable[Connector], options: LedgerOptions) -> list[str]:
    """Return the lines about positions on other exchanges that no other account of the settings judges."""
    held = {market for (market, _), legs in book.others.items() if any(leg.held for leg in legs.of.values())}
    read = (options.venue or "", *options.elsewhere)
    return [
        f"it holds {each.words}, which is not of this account, and no other has this ledger: not judged"
        for each in others
        if each.name in held and each.perpetual and not each.paper and not each.testnet
        if not any(each.is_of(venue, sandbox=False) for venue in read)
    ]


def _notes(others: Iterable[Connector]) -> list[str]:
    return [
        f"it has traded {each.words}: not compared, for Trueup compares contracts of real accounts"
        for each in others
        if not each.perpetual or each.paper or each.testnet
    ]

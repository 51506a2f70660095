"""What a person can do about a finding: three concrete steps for each kind, in plain words."""

from decimal import Decimal

from reconciler.facts.finding import Kind
from reconciler.facts.wording import amount
from verification.facts.leg import Side

Steps = tuple[str, str, str]


def steps(
    kind: Kind,
    *,
    account: str,
    symbol: str,
    observed: Decimal | None = None,
    contract_size: Decimal | None = None,
    code: str = "",
) -> Steps:
    """Return three steps, the most urgent first.

    Args:
        kind: What was found.
        account: The account's name in the settings.
        symbol: ccxt unified form; for a blindness what cannot be seen.
        observed: What the venue holds, signed contracts; None if unknown.
        contract_size: Base currency in one contract; None if unknown.
        code: For a blindness the kind of its error (`Evidence.data["code"]`), empty if there is none.
    """
    if kind.blindness:
        return _blind(kind, account=account, what=symbol, code=code)
    close = _closing(symbol, observed, contract_size)
    look = f"Open {symbol} of account {account} on the exchange"
    match kind:
        case Kind.ORPHANED_POSITION | Kind.REAPPEARED_POSITION:
            return _unexpected(kind, look, close)
        case Kind.PHANTOM_POSITION:
            return (
                f"{look} and look at its trades: a stop, a liquidation, a program or a hand closed it.",
                "Cancel the stops and targets that still rest for it: they are for a position that is gone.",
                "Close the trade in the bot's own record, or it may try to sell what it does not have.",
            )
        case Kind.QUANTITY_MISMATCH:
            return (
                f"{look} and see that a reduce-only stop covers all of it, not what the bot believes.",
                "Compare its trades with the bot's orders: one executed unnoticed, or is somebody else's.",
                "Trade the difference away with a reduce-only order, or correct the bot's own record.",
            )
        case Kind.SIDE_MISMATCH:
            return (
                f"Keep the bot off {symbol} now: its next exit would make the position larger.",
                f"{look}. Unless you want the position, close it: {close}.",
                "Correct the bot's own record before it trades this symbol again.",
            )
        case Kind.UNPROTECTED_POSITION:
            return (
                f"{look} and place a reduce-only stop for all of it at the price the bot names.",
                f"If you cannot, close it: {close}.",
                "Read in the bot's log why it has no stop: refused, cancelled by others, or the bot is down.",
            )
        case Kind.DUPLICATE_ROWS | Kind.UNLISTED_SYMBOL:
            return _misrecorded(kind, symbol, look)
        case _:
            return _doubtful(kind, look)


def _misrecorded(kind: Kind, symbol: str, look: str) -> Steps:
    if kind is Kind.DUPLICATE_ROWS:
        return (
            f"{look} and see how much is held: the bot has it down twice.",
            "Keep the bot off this symbol: each of its rows may send an exit for the whole position.",
            "Close the surplus row in the bot's own record, and leave the one that its orders belong to.",
        )
    return (
        f"See whether the exchange has renamed or delisted {symbol}: what was held may have a new name.",
        "See that the ledger belongs to this account and market; `trueup doctor` compares the two.",
        "Correct or close the trade in the bot's own record: until then nothing watches over it.",
    )


def _doubtful(kind: Kind, look: str) -> Steps:
    if kind is Kind.SOURCES_DISAGREE:
        return (
            f"{look} and see position, orders and trades there: one of its answers was wrong.",
            "If a position is held that the bot does not know, place a reduce-only stop or close it.",
            "If the bot acted on the wrong answer, correct its own record before it trades this again.",
        )
    return (
        f"{look} and see from the order and its trades whether it executed.",
        "If it did, see that the position has a stop. If not, see that the order is cancelled.",
        "Do not send the order again before you know: it may execute twice.",
    )


def _unexpected(kind: Kind, look: str, close: str) -> Steps:
    if kind is Kind.REAPPEARED_POSITION:
        return (
            f"{look}. The bot has given it up: if it has no stop, place a reduce-only one now.",
            f"Unless you want the position, close it: {close}.",
            "See that the order named in the reason rests no more, or the rest of it may fill as well.",
        )
    return (
        f"{look}. If it has no stop, place a reduce-only one for all of it now.",
        f"If nobody wants it, close it: {close}.",
        "Find the order that opened it. Keep the bot off this symbol meanwhile: it may enter again.",
    )


def _closing(symbol: str, observed: Decimal | None, contract_size: Decimal | None) -> str:
    if not observed:
        # The side of an order that closes is never guessed.
        return "with a reduce-only order against the side that the exchange shows"
    side = Side.closing(observed).value
    return f"{side} {amount(observed, symbol, contract_size)}, reduce-only"


def _blind(kind: Kind, *, account: str, what: str, code: str) -> Steps:
    if code in {"rejected", "permission"} and kind is Kind.SOURCE_DOWN:
        return (
            f"Check the keys of account {account}: valid, allowed to read futures, and from this address.",
            "Run `trueup doctor`: it tells which permission is missing.",
            "Until then watch the account on the exchange itself: Trueup sees nothing of it.",
        )
    match kind:
        case Kind.SOURCE_DOWN:
            return (
                f"Watch account {account} on the exchange itself until {what} is back: alerts are frozen.",
                "See whether this machine reaches the exchange, and what the exchange's status page says.",
                "Run `trueup doctor`: it tries each source and says what fails.",
            )
        case Kind.SOURCE_STALE:
            return (
                "Nothing is lost: the position list is still read, but changes are noticed later than usual.",
                "If it lasts, see what the exchange's status page says about its streams.",
                "Start the reconciler again: it opens a new connection. No alert is lost by that.",
            )
        case Kind.LEDGER_UNREADABLE:
            return (
                f"Read the reason: it says what is wrong with the ledger {what} and what to do.",
                "See that the bot runs, and that its database is where the settings say and may be read.",
                f"Until then compare account {account} by hand: what only this bot knows is not judged.",
            )
        case Kind.WRONG_LEDGER:
            return (
                f"Compare the url of the ledger {what} with the account {account}: they do not match.",
                "Run `trueup doctor`: it tells which exchange and which market the ledger was written for.",
                f"Until then compare account {account} by hand: what this ledger says of it is not judged.",
            )
        case Kind.LOOK_FAILED:
            return (
                f"Watch account {account} on the exchange itself meanwhile: {what} are tried again.",
                "Find the trace that the reason names in the log of `trueup run`: it says where it happened.",
                "Report it with that trace: it is a bug, of Trueup or of a library. Other accounts go on.",
            )
        case _:
            return (
                "Start it again with `trueup run`. No alert and no acknowledgement is lost.",
                "Read the end of its log for why it stopped.",
                "Until it beats again watch the exchange itself: what the screens show is old.",
            )

"""Asks a venue with two generations of accounts which one this is: ccxt would take any failure for a no."""

from operator import methodcaller

from verification.facts.errors import SourceRejected
from verification.venues.capabilities import Capabilities
from verification.venues.ccxt.asker import Asker


async def tell_generation(known: Capabilities, askers: tuple[Asker, ...]) -> None:
    """Tell every exchange of an account which generation it is of, unless the settings do.

    Raises:
        SourceError: The venue could not be asked: a list of the wrong generation would be empty.
    """
    if known.unified_account is None:
        return
    option, question = known.unified_account
    first = askers[0]
    if first.exchange.options.get(option) is not None:
        return
    try:
        await first.ask("the kind of the account", methodcaller(question), lambda _: None)
        unified = True
    except SourceRejected:
        # Refused, as an account of the old generation is; wrong keys are refused again at what follows.
        unified = False
    for asker in askers:
        asker.exchange.options[option] = unified

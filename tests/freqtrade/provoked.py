"""What goes wrong: each is told once, as what it is, with its true sizes, and is over once mended."""

from collections.abc import Callable
from decimal import Decimal

from tests.freqtrade.scene import Place, Scene, Step, Story, pause, until
from tests.freqtrade.truth import Condition


def stories(scene: Scene) -> dict[str, Story]:
    """Return the stories by name, to be played beside each other: each has a market to itself."""
    return {
        "the answer to an entry is lost": _entry_lost(scene),
        "the answer to an addition is lost": _addition_lost(scene),
        "the answer to an exit is lost": _exit_lost(scene),
        "a hand closes": _closed_by_hand(scene),
        "a hand opens": _opened_by_hand(scene),
        "a hand adds": _added_by_hand(scene),
        "a hand turns it round": _turned_round(scene),
        "a liquidation": _liquidated(scene),
        "stops are refused": _stops_refused(scene),
    }


def outages(scene: Scene) -> dict[str, Story]:
    """Return what befalls the processes and the database, to be played one after the other."""
    return {
        "Trueup is dead while a hand opens": _dead_while_a_hand_opens(scene),
        "the bot's database is moved": _database_moved(scene),
        "the bot is dead while a stop fires and an entry fills": _bot_dead(scene),
    }


def _told_then_over(scene: Scene, condition: Condition, mend: Callable[[], object]) -> Story:
    """Wait until it is told, stay a while, mend it, and wait until it is over."""
    yield _told(scene, condition)
    yield pause(8)
    mend()
    yield _over(scene, condition)


def _told(scene: Scene, condition: Condition) -> Step:
    what = f"people told of {condition.subject}"
    return until(what, lambda: condition.told(scene.sidecar.told()), condition.within + 20)


def _over(scene: Scene, condition: Condition) -> Step:
    condition.mend()
    return until(f"{condition.subject} over", lambda: condition.is_over(scene.sidecar.told()), 180)


def _entry_lost(scene: Scene) -> Story:
    uni = scene.market("UNI")
    scene.venue.lose("UNI", "POST", scene.venue.order_path)
    uni.wish("enter", side="long")
    yield until("UNI held", lambda: uni.held)
    wrong = scene.condition(
        "the answer to an entry is lost", uni.symbol, "orphaned_position", venue=uni.held, severity="critical"
    )
    yield from _told_then_over(scene, wrong, lambda: uni.hand(-uni.held))


def _addition_lost(scene: Scene) -> Story:
    aave = scene.market("AAVE")
    yield aave.enter("short")
    yield pause(8)
    believed = aave.held
    scene.venue.lose("AAVE", "POST", scene.venue.order_path)
    aave.wish("add", stake=100)
    yield until("more of AAVE", lambda: aave.held < believed)
    wrong = scene.condition(
        "the answer to an addition is lost",
        aave.symbol,
        "quantity_mismatch",
        bot=believed,
        venue=aave.held,
        severity="critical",
    )
    yield from _told_then_over(scene, wrong, lambda: aave.hand(believed - aave.held, reduce_only=True))


def _exit_lost(scene: Scene) -> Story:
    fil = scene.market("FIL")
    yield fil.enter("long")
    yield pause(8)
    believed = fil.held
    scene.venue.lose("FIL", "POST", scene.venue.order_path)
    fil.wish("exit")
    yield until("nothing of FIL", lambda: not fil.held)
    yield from _gone(scene, "the answer to an exit is lost", fil, believed)


def _gone(scene: Scene, story: str, place: Place, believed: Decimal) -> Story:
    """Nothing is held, the bot does not know. It is mended by buying it back."""
    wrong = scene.condition(
        story, place.symbol, "phantom_position", bot=believed, venue=Decimal(0), severity="critical"
    )
    yield from _told_then_over(scene, wrong, lambda: place.hand(believed))


def _closed_by_hand(scene: Scene) -> Story:
    apt = scene.market("APT")
    yield apt.enter("long")
    yield pause(8)
    believed = apt.held
    apt.do("close")
    yield from _gone(scene, "a hand closes", apt, believed)


def _opened_by_hand(scene: Scene) -> Story:
    arb = scene.market("ARB")
    yield pause(4)
    arb.hand(Decimal(-250))
    wrong = scene.condition(
        "a hand opens", arb.symbol, "orphaned_position", venue=Decimal(-250), severity="critical"
    )
    yield from _told_then_over(scene, wrong, lambda: arb.do("close"))


def _added_by_hand(scene: Scene) -> Story:
    op = scene.market("OP")
    yield op.enter("long")
    yield pause(8)
    believed = op.held
    op.hand(Decimal(100))
    wrong = scene.condition(
        "a hand adds", op.symbol, "quantity_mismatch", bot=believed, venue=op.held, severity="critical"
    )
    yield from _told_then_over(scene, wrong, lambda: op.hand(Decimal(-100)))


def _turned_round(scene: Scene) -> Story:
    tia = scene.market("TIA")
    yield tia.enter("long")
    yield pause(8)
    believed = tia.held
    tia.hand(-2 * believed)
    wrong = scene.condition(
        "a hand turns it round",
        tia.symbol,
        "side_mismatch",
        bot=believed,
        venue=-believed,
        severity="critical",
        also=frozenset({"unprotected_position"}),
    )
    yield from _told_then_over(scene, wrong, lambda: tia.hand(2 * believed))


def _liquidated(scene: Scene) -> Story:
    near = scene.market("NEAR")
    yield near.enter("short")
    yield pause(8)
    believed = near.held
    near.do("liquidate")
    yield from _gone(scene, "a liquidation", near, believed)


def _stops_refused(scene: Scene) -> Story:
    inj = scene.market("INJ")
    yield inj.enter("long")
    yield pause(8)
    fault = {"kind": "request", "action": "error", "phase": "before", "method": "POST", "status": 503}
    number = inj.do("faults", path=scene.venue.stop_path, **fault)["number"]
    scene.venue.do("cancel", id=inj.stops[0]["id"])
    wrong = scene.condition("stops are refused", inj.symbol, "unprotected_position", severity="critical")
    yield from _told_then_over(scene, wrong, lambda: scene.venue.forget(number))


def _dead_while_a_hand_opens(scene: Scene) -> Story:
    sol = scene.market("SOL")
    dead = scene.stalled("Trueup is dead while a hand opens")
    scene.sidecar.process.kill()
    yield pause(3)
    sol.hand(Decimal(4))
    wrong = scene.condition(
        "Trueup is dead while a hand opens",
        sol.symbol,
        "orphaned_position",
        venue=Decimal(4),
        severity="critical",
    )
    yield until("Trueup again", scene.sidecar.launch(), 180)
    dead.mend()
    yield from _told_then_over(scene, wrong, lambda: sol.do("close"))


def _database_moved(scene: Scene) -> Story:
    scene.database.move_away()
    wrong = scene.condition(
        "the bot's database is moved", scene.sidecar.ledger, "ledger_unreadable", severity="critical"
    )
    yield _told(scene, wrong)
    yield pause(20)
    scene.database.move_back()
    if not scene.bot.process.runs:
        yield until("freqtrade again", scene.bot.launch(), 240)
    yield _over(scene, wrong)
    yield pause(30)


def _bot_dead(scene: Scene) -> Story:
    story = "the bot is dead while a stop fires and an entry fills"
    link, doge = scene.market("LINK"), scene.market("DOGE")
    yield link.enter("long")
    doge.wish("enter", side="long", away=0.01)
    yield until("an entry of DOGE that rests", lambda: doge.orders)
    yield pause(10)
    believed, order = link.held, doge.orders[0]
    scene.bot.process.kill()
    yield pause(3)
    link.move("0.90")
    yield until("LINK stopped out", lambda: not link.held)
    stopped = scene.condition(
        story, link.symbol, "phantom_position", bot=believed, venue=Decimal(0), severity="warning", within=110
    )
    scene.venue.do("fill", id=order["id"])
    filled = scene.condition(
        story,
        doge.symbol,
        "quantity_mismatch",
        bot=Decimal(0),
        venue=doge.held,
        severity="critical",
        also=frozenset({"unprotected_position"}),
    )
    silent = scene.condition(story, scene.sidecar.ledger, "bot_silent", severity="warning", within=180)
    yield _told(scene, stopped)
    yield _told(scene, filled)
    yield _told(scene, silent)
    yield pause(5)
    yield until("freqtrade again", scene.bot.launch(), 240)
    for each in (stopped, filled, silent):
        yield _over(scene, each)
    yield until("DOGE with its stop", doge.covered)
    yield pause(20)

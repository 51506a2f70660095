"""What a healthy bot does all day, by its own orders and by the market's: nobody is told of any of it."""

from decimal import Decimal

from tests.freqtrade.scene import Place, Scene, Step, Story, pause, until

PATIENCE_SECONDS = 25.0
"""How long an order rests before the bot cancels it. freqtrade gives it minutes; in the first ten seconds its
verification still runs, and what may come of that is said in docs/freqtrade.md."""


def stories(scene: Scene) -> dict[str, Story]:
    """Return the stories by name, to be played at once: each has a market to itself."""
    return {
        "holds": _holds(scene),
        "a short that is added to": _adds(scene),
        "added to then sold in parts": _sold_in_parts(scene),
        "an entry rests and fills in parts": _rests(scene),
        "an entry rests and is cancelled": _cancelled(scene),
        "a part of an entry is kept": _part_kept(scene),
        "a stop fires": _stopped(scene, "LINK", "long", "0.90"),
        "a stop of a short fires": _stopped(scene, "AVAX", "short", "1.10"),
        "a stop is moved": _moved(scene),
        "an exit rests and fills in parts": _exit_rests(scene),
        "a stop is cancelled by hand and placed again": _placed_again(scene),
        "out and in again the other way": _other_way(scene),
        "an addition rests": _addition_rests(scene),
        "an exit is cancelled": _exit_cancelled(scene),
        "the bot is killed": _bot_killed(scene),
        "Trueup is killed": _sidecar_killed(scene),
    }


def _holds(scene: Scene) -> Story:
    btc = scene.market("BTC")
    yield btc.enter("long")
    yield pause(75)
    yield btc.leave()


def _adds(scene: Scene) -> Story:
    eth = scene.market("ETH")
    yield eth.enter("short")
    for _each in range(2):
        before = eth.held
        eth.wish("add", stake=80)
        yield _more(eth, before)
        yield pause(8)
    yield eth.leave()


def _more(place: Place, before: Decimal) -> Step:
    what = f"more of {place.base} with its stop"
    return until(what, lambda: abs(place.held) > abs(before) and place.covered())


def _sold_in_parts(scene: Scene) -> Story:
    sol = scene.market("SOL")
    yield sol.enter("long")
    first = sol.held
    sol.wish("add", stake=100)
    yield until("more of SOL", lambda: sol.held > first)
    yield pause(6)
    most = sol.held
    sol.wish("reduce", part=0.5)
    yield until("less of SOL", lambda: 0 < sol.held < most)
    yield pause(6)
    yield sol.leave()
    yield pause(20)


def _rests(scene: Scene) -> Story:
    xrp = scene.market("XRP")
    xrp.wish("enter", side="long", away=0.01)
    yield until("an entry of XRP that rests", lambda: xrp.orders)
    order = xrp.orders[0]
    yield pause(8)
    scene.venue.do("fill", id=order["id"], quantity=Decimal(order["amount"]) // 3)
    yield pause(30)  # the bot places no stop before the rest has filled
    scene.venue.do("fill", id=order["id"])
    yield until("all of XRP with its stop", xrp.covered)
    yield pause(8)
    yield xrp.leave()


def _cancelled(scene: Scene) -> Story:
    doge = scene.market("DOGE")
    doge.wish("enter", side="short", away=0.01)
    yield until("an entry of DOGE that rests", lambda: doge.orders)
    yield pause(PATIENCE_SECONDS)
    doge.wish("cancel")
    yield doge.flat()
    yield pause(20)


def _part_kept(scene: Scene) -> Story:
    ada = scene.market("ADA")
    ada.wish("enter", side="long", away=0.01)
    yield until("an entry of ADA that rests", lambda: ada.orders)
    order = ada.orders[0]
    scene.venue.do("fill", id=order["id"], quantity=Decimal(order["amount"]) // 2)
    yield pause(PATIENCE_SECONDS)
    ada.wish("cancel")
    yield until("half of ADA with its stop", lambda: not ada.orders and ada.covered())
    yield pause(20)
    yield ada.leave()


def _stopped(scene: Scene, base: str, side: str, factor: str) -> Story:
    place = scene.market(base)
    yield place.enter(side)
    yield pause(6)
    place.move(factor)
    yield place.flat()
    yield pause(30)


def _moved(scene: Scene) -> Story:
    bnb = scene.market("BNB")
    yield bnb.enter("long")
    for distance in (0.07, 0.05, 0.03):
        before = bnb.stops[0]["id"]
        bnb.wish("stop", distance=distance)
        if scene.database.zone_ahead:
            # freqtrade takes the time of its stop for hours ahead, and moves it not before they are over.
            yield pause(15)
            break
        yield _another_stop(bnb, before)
        yield pause(6)
    yield bnb.leave()


def _another_stop(place: Place, before: str) -> Step:
    what = f"another stop of {place.base}"
    return until(what, lambda: place.covered() and place.stops[0]["id"] != before)


def _exit_rests(scene: Scene) -> Story:
    near = scene.market("NEAR")
    yield near.enter("long")
    near.wish("exit", away=0.01)
    yield until("an exit of NEAR that rests", lambda: near.orders)
    order = near.orders[0]
    yield pause(6)
    scene.venue.do("fill", id=order["id"], quantity=Decimal(order["amount"]) // 4)
    yield pause(25)
    scene.venue.do("fill", id=order["id"])
    yield near.flat()
    yield pause(20)


def _placed_again(scene: Scene) -> Story:
    sui = scene.market("SUI")
    yield sui.enter("long")
    yield pause(5)
    before = sui.stops[0]["id"]
    scene.venue.do("cancel", id=before)
    yield _another_stop(sui, before)
    yield pause(20)
    yield sui.leave()


def _other_way(scene: Scene) -> Story:
    dot = scene.market("DOT")
    yield dot.enter("long")
    yield pause(4)
    yield dot.leave()
    dot.wish("enter", side="short")  # as soon as the bot's own lock of the pair ends, with its candle
    yield until("DOT short with its stop", lambda: dot.held < 0 and dot.covered(), 240)
    yield pause(10)
    yield dot.leave()


def _addition_rests(scene: Scene) -> Story:
    atom = scene.market("ATOM")
    yield atom.enter("short")
    first = atom.held
    atom.wish("add", stake=100, away=0.01)
    yield until("an addition to ATOM that rests", lambda: atom.orders)
    order = atom.orders[0]
    yield pause(15)
    scene.venue.do("fill", id=order["id"])
    yield until("more of ATOM with its stop", lambda: atom.held < first and atom.covered())
    yield pause(15)
    yield atom.leave()


def _exit_cancelled(scene: Scene) -> Story:
    ltc = scene.market("LTC")
    yield ltc.enter("long")
    ltc.wish("exit", away=0.02)
    yield until("an exit of LTC that rests", lambda: ltc.orders)
    yield pause(PATIENCE_SECONDS)
    ltc.wish("cancel")
    yield until("the exit of LTC cancelled", lambda: not ltc.orders)
    yield until("LTC with its stop", ltc.covered)
    yield pause(6)
    yield ltc.leave()
    yield pause(15)


def _bot_killed(scene: Scene) -> Story:
    yield pause(35)
    scene.bot.process.kill()
    yield pause(4)
    yield until("freqtrade again", scene.bot.launch(), 240)
    yield pause(10)


def _sidecar_killed(scene: Scene) -> Story:
    yield pause(62)
    dead = scene.stalled("Trueup is killed")
    scene.sidecar.process.kill()
    yield pause(4)
    yield until("Trueup again", scene.sidecar.launch(), 180)
    yield pause(30)
    dead.mend()

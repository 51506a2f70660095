"""The gate asked by a strategy: what it lets in and what it keeps out, by what is wrong just then."""

import re
from decimal import Decimal
from pathlib import Path

from tests.freqtrade.scene import Scene, Story, pause, until

ATTEMPTS = 3
PAGE = Path(__file__).resolve().parents[2] / "docs" / "gate.md"


def documented(account: str, port: int) -> str:
    """Return the strategy that docs/gate.md shows, for this account and port."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (shown,) = [block for block in blocks if "confirm_trade_entry" in block]
    for before, after in (('"main"', f'"{account}"'), (":8502/", f":{port}/")):
        if before not in shown:
            raise RuntimeError(f"{PAGE.name} does not say {before} any more")
        shown = shown.replace(before, after)
    return str(shown)


def put_before(scene: Scene) -> Story:
    """Start the bot again with a strategy that asks, and a token."""
    scene.bot.process.end()
    token = scene.sidecar.command("token", "new", "--role", "viewer", "--name", "bot").split()[-1]
    (scene.bot.strategy / "documented.py").write_text(documented(scene.sidecar.account, scene.sidecar.port))
    scene.bot.use("Gated", TRUEUP_TOKEN=token)
    yield until("freqtrade again, with the gate", scene.bot.launch(), 240)


def story(scene: Scene) -> Story:
    """Play one situation after the other."""
    yield from put_before(scene)
    btc, eth, arb = (scene.market(base) for base in ("BTC", "ETH", "ARB"))
    yield from _asked(scene, "BTC", allowed=True)
    yield until("BTC with its stop", btc.covered)

    arb.hand(Decimal(300))
    wrong = scene.condition("the gate", arb.symbol, "orphaned_position", venue=Decimal(300))
    yield until("people told of ARB", lambda: wrong.told(scene.sidecar.told()), 110)
    yield from _asked(scene, "ARB", allowed=False)
    yield from _asked(scene, "ETH", allowed=False)  # a critical alert of the account that nobody has taken

    alert = wrong.told(scene.sidecar.told())
    assert alert is not None
    scene.sidecar.command("alerts", "ack", str(alert.id), "--by", "tester", "--note", "on it")
    yield from _asked(scene, "ETH", allowed=True)
    yield until("ETH with its stop", eth.covered)
    yield from _asked(scene, "ARB", allowed=False)  # acknowledged is not mended

    arb.do("close")
    wrong.mend()
    yield until("ARB over", lambda: wrong.is_over(scene.sidecar.told()), 180)
    yield from _asked(scene, "ARB", allowed=True)
    yield until("ARB with its stop", arb.covered)

    dead = scene.stalled("the gate")
    scene.sidecar.process.kill()
    yield from _asked(scene, "SOL", allowed=False)  # no answer: fail closed
    yield until("Trueup again", scene.sidecar.launch(), 180)
    yield pause(30)
    dead.mend()
    yield from _asked(scene, "SOL", allowed=True)
    yield until("SOL with its stop", scene.market("SOL").covered)


def _asked(scene: Scene, base: str, *, allowed: bool) -> Story:
    """Have the bot enter, and see whether the gate lets it.

    It has half a second. On a machine with much else to do it may need longer: then the bot does not
    enter, as it is written, and asks another time.
    """
    place, held = scene.market(base), scene.market(base).held
    for _attempt in range(ATTEMPTS if allowed else 1):
        number = scene.bot.wish(base, "enter", side="long")
        yield until(f"the gate asked about {base}", lambda number=number: number in scene.bot.done(), 150)  # type: ignore[misc]
        if scene.bot.done()[number]["allowed"]:
            break
        yield pause(8)
    else:
        if allowed:
            raise RuntimeError(f"the gate stayed closed for {base}")
        if place.held != held or place.orders:
            raise RuntimeError(f"the bot has entered {base}, though the gate was closed")
        return
    if not allowed:
        raise RuntimeError(f"the gate was open for {base}")

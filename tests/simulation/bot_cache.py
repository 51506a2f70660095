"""The bot's own position cache, as bots have it."""

import asyncio
import random

from tests.simulation.truth import Truth


class BotCache:
    """The bot's own cache: sometimes right, sometimes old, missing, broken or hanging."""

    def __init__(self, truth: Truth, seed: int) -> None:
        self.truth = truth
        self.rng = random.Random(seed + 4)
        self.mood = self.rng.choice(["old", "missing", "broken", "hanging", "odd", "mixed"])

    async def get_cached_position(self, symbol: str) -> object:
        mood = self.mood
        if mood == "mixed":
            mood = self.rng.choice(["old", "missing", "broken", "odd"])
        match mood:
            case "missing":
                return None
            case "broken":
                raise KeyError(symbol)
            case "hanging":
                await asyncio.Event().wait()
            case "odd":
                return {"quantity": self.rng.choice(["n/a", None, "nan"])}
            case _:
                pass
        at = asyncio.get_running_loop().time() - self.rng.choice([0.0, 1.0, 30.0])
        for key in self.truth.legs:
            if key.symbol == symbol:
                return {"quantity": self.truth.held_at(key, at).quantity}
        return None

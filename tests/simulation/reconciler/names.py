"""How the simulated venue numbers orders and conditional orders: two spaces, which may share numbers."""


class Names:
    """Gives out ids."""

    def __init__(self, *, shared: bool) -> None:
        """`shared`: both are plain numbers from one on, so that an order and a stop carry the same one."""
        self._shared = shared
        self._orders = 0
        self._stops = 0

    def order(self, row_id: str, way: str) -> str:
        """Return the id of a new order: `way` is e for an entry, x for an exit, f for a fired stop."""
        self._orders += 1
        return f"{self._orders}" if self._shared else f"{way}{row_id}.{self._orders}"

    def stop(self, row_id: str) -> str:
        """Return the id of a new conditional order."""
        self._stops += 1
        return f"{self._stops}" if self._shared else f"s{row_id}.{self._stops}"

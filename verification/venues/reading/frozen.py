"""Tables of ccxt that several exchanges use: they can be read like any other, and not be changed."""

from typing import Any, NoReturn


class FrozenDict(dict[Any, Any]):
    """A dictionary, as ccxt wants one, that refuses to be changed: it is everybody's."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a table that accounts share is not written to")

    __setitem__ = __delitem__ = _refuse
    __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


class FrozenList(list[Any]):
    """A list that refuses to be changed."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a table that accounts share is not written to")

    __setitem__ = __delitem__ = _refuse
    __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse


def frozen(value: Any, known: dict[int, Any] | None = None) -> Any:
    """Return a table like this one, all of it frozen; what occurs in it twice is one thing there too."""
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, dict):
        made: Any = FrozenDict({name: frozen(each, known) for name, each in value.items()})
    elif isinstance(value, list):
        made = FrozenList(frozen(each, known) for each in value)
    else:
        return value
    known[id(value)] = made
    return made

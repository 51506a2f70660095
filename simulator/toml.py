"""What points ccxt at the venue, as tables of settings ready to paste."""

from typing import Any


def settings_toml(config: dict[str, Any], account: str) -> str:
    """Return the overrides of ccxt as TOML tables of one account of the settings."""
    return "\n".join(_tables(f"accounts.{account}.ccxt", config))


def _tables(name: str, table: dict[str, Any]) -> list[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in plain.items()), ""] if plain else []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _tables(f"{name}.{key}", value)
    return lines


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(_value(each) for each in value)}]"
    return str(value).lower()

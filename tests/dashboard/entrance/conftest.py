"""What all tests of the entrance begin with."""

import pytest


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a hash cost little: what is tried here is not its price."""
    from argon2 import PasswordHasher

    monkeypatch.setattr(
        "reconciler.storage.accounts._hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64)
    )

"""Of very many symbols that have moved at once the whole account is looked at, not one by one."""

from reconciler.account.look_queue import MANY, LookQueue


async def test_some_are_looked_at_by_themselves_and_many_as_the_whole_account() -> None:
    queue, few = LookQueue(), [f"C{number}/USDT:USDT" for number in range(MANY)]
    queue.soon(few)
    assert queue.take() == frozenset(few)
    queue.soon([*few, "D/USDT:USDT"])
    assert queue.take() is None
    assert queue.take() == frozenset(), "they are forgotten"
    queue.close()

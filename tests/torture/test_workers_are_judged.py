"""The oracle of the workers: what a process writes that is not its own is found, and what comes twice."""

import asyncio

from tests.torture.cable import Cable
from tests.torture.workers import Noted, shared_numbers, strays
from tests.torture.workers_act import repeated

PIDS = {"one1": 11, "two2": 22}
OWN = [
    Noted("one1", "cycle", "a", 1, 11),
    Noted("two2", "cycle", "a", 2, 22),
    Noted("two2", "lease", "b", 1, 22),
]


def test_each_writes_while_it_is_its_own_and_that_is_right() -> None:
    given_to_nobody = Noted("one1", "lease", "c", 3, 0)
    assert strays([*OWN, given_to_nobody], PIDS) == []
    assert shared_numbers([*OWN, given_to_nobody]) == []


def test_a_row_of_an_account_that_is_anothers_by_now_is_found() -> None:
    late = Noted("one1", "alert", "a", 2, 22)
    assert strays([*OWN, late], PIDS) == ["one1 wrote alert of account a, which process 22 had then"]


def test_a_number_that_two_were_given_is_found() -> None:
    assert shared_numbers([*OWN, Noted("two2", "cycle", "a", 1, 22)]) == [
        "number 1 of account a was given to 2 processes"
    ]


def test_what_comes_twice_is_found_unless_somebody_was_struck_who_could_have_been_sending_it() -> None:
    came = {(1, "NEW"): [100.0, 160.0], (2, "STILL"): [100.0, 160.0], (3, "RESOLVED"): [100.0]}
    assert repeated(came, [99.0]) == []
    assert repeated(came, [130.0]) == []
    assert repeated(came, [10.0, 170.0]) == ["NEW of alert 1 came twice, and nobody was struck between"]
    assert repeated({(1, "NEW"): [100.0, 160.0, 400.0]}, [99.0]) != [], "one strike excuses one repetition"


async def test_a_cable_that_is_cut_carries_nothing_and_one_that_is_mended_carries_again() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(100):
            writer.write(some)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    cable = Cable(server.sockets[0].getsockname()[1])
    await cable.lay()

    async def said(text: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        writer.write(text)
        try:
            return await reader.readexactly(len(text))
        finally:
            writer.close()

    try:
        assert await said(b"one") == b"one"
        cable.cut()
        waits = asyncio.create_task(said(b"two"))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not waits.done()
        cable.mend()
        assert (await asyncio.gather(waits, return_exceptions=True))[0] != b"two", "it is reset"
        assert await said(b"three") == b"three"
    finally:
        await cable.remove()
        server.close()

"""The story that is played on a real Ray cluster, and what must be so after each deed."""

from tests.ray.house import House, Told, kill, parent_of, words_of

A, B = ("a1", "a2", "a3", "a4"), ("b1", "b2")
LEASES = 60.0
"""Two lease times, seconds: within them what a dead worker held is another's."""

MACHINE = 60.0
"""What is given to a machine that does much else."""


class Story:
    """Plays it; each step says what it took, and raises where something is not so."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.told: list[tuple[str, str]] = []
        self.egresses = {**dict.fromkeys(A, "a"), **dict.fromkeys(B, "b")}

    async def play(self) -> None:
        """Play all of it."""
        await self.nothing_is_there()
        await self.placed()
        await self.again()
        await self.an_actor_is_killed()
        await self.a_process_is_killed()
        await self.more_accounts()
        await self.a_node_is_killed()
        await self.a_node_comes()
        await self.fewer_workers()
        await self.ended()

    def say(self, what: str, took: str) -> None:
        """Note what a step took."""
        self.told.append((what, took))

    async def nothing_is_there(self) -> None:
        """Before anything was placed nothing is called well."""
        self.house.write(self.egresses)
        await self.house.begin()
        await self.house.node("one", "a")
        await self.house.node("two", "a", "b")

    async def placed(self) -> None:
        """`up` places as many as are needed, and ends when every account is watched."""
        up = await self.house.trueup("ray", "up", "--claim", "2", "--wait", "240")
        assert up.code == 0, up
        self.whole(workers=3)
        nodes = {self.house.node_of(pid) for pid in self.house.holds()}
        assert nodes == {"one", "two"}, nodes
        self.say("`up`: 6 accounts on 3 workers of 2 nodes, all watched", seconds(up))

    async def again(self) -> None:
        """A second `up` changes nothing; `status` says what is so."""
        before = self.house.holds()
        up = await self.house.trueup("ray", "up", "--claim", "2")
        assert up.code == 0, up
        assert self.house.holds() == before
        self.say("`up` again: nothing changes", seconds(up))
        await self.status_is_true()

    async def status_is_true(self) -> None:
        """`status` says of every worker what the server and the system say."""
        status = await self.house.trueup("ray", "status", "--json")
        assert status.code == 0, status
        said = {each["pid"]: set(each["accounts"]) for each in status.document["workers"]}
        assert said == self.house.holds(), (said, self.house.holds())
        self.say("`status`: as the server and the system have it", seconds(status))

    async def an_actor_is_killed(self) -> None:
        """Its process dies with it, Ray begins another one, and the accounts are watched again."""
        victim = self.house.held()["a1"]
        had = self.house.holds()[victim]
        actor = parent_of(victim)
        assert words_of(actor)[0].startswith("ray::"), words_of(actor)
        kill(actor)
        died = await self.house.until(lambda: not words_of(victim), "the end of its process", within=MACHINE)
        back = await self.house.until(
            lambda: self.held_anew(had, victim), "the watch", within=LEASES + MACHINE
        )
        await self.well()
        self.say("an actor is killed: its process dies with it", f"{died:.1f} s")
        self.say("an actor is killed: its accounts are held again", f"{died + back:.1f} s")
        restarts = [each["ray_restarts"] for each in (await self.status()).document["workers"]]
        assert sorted(restarts) == [0, 0, 1], restarts

    async def a_process_is_killed(self) -> None:
        """Its actor begins it again."""
        victim = self.house.held()["b1"]
        kill(victim)
        back = await self.house.until(
            lambda: self.held_anew(set(B), victim), "the watch", within=LEASES + MACHINE
        )
        await self.well()
        self.say("a worker's process is killed: its accounts are held again", f"{back:.1f} s")

    async def more_accounts(self) -> None:
        """`up` after a change of the settings adds what they need, and leaves the others running."""
        before = self.house.processes()
        self.egresses |= {"a5": "a", "a6": "a"}
        self.house.write(self.egresses)
        up = await self.house.trueup("ray", "up", "--claim", "2", "--wait", "240")
        assert up.code == 0, up
        self.whole(workers=4)
        assert before <= self.house.processes(), "who was there goes on"
        self.say("`up` after two accounts more: a worker more, all watched", seconds(up))

    async def a_node_is_killed(self) -> None:
        """What its address can be reached by elsewhere goes there; of what cannot it is said."""
        gone = {pid for pid in self.house.holds() if self.house.node_of(pid) == "two"}
        await self.house.kill_node("two")
        died = await self.house.until(
            lambda: not any(words_of(pid) for pid in gone), "the end of its processes", within=MACHINE
        )
        everywhere = {account for account, egress in self.egresses.items() if egress == "a"}
        back = await self.house.until(
            lambda: everywhere <= self.house.held().keys(), "the watch", within=LEASES + MACHINE
        )
        assert all(self.house.node_of(pid) == "one" for pid in self.house.holds())
        self.say("a node is killed: its processes die", f"{died:.1f} s")
        self.say("a node is killed: what another one offers is held there", f"{died + back:.1f} s")
        status = await self.status()
        assert status.code == 2, status
        assert status.document["egresses_not_offered"] == {"b": list(B)}
        assert set(B) <= set(status.document["accounts_not_watched"]), status
        shown = await self.house.trueup("ray", "status")
        assert "NO NODE OFFERS egress_b: no worker can watch b1, b2." in shown.out, shown
        up = await self.house.trueup("ray", "up", "--claim", "2", "--wait", "60")
        assert up.code == 2, up
        self.say("... and of its other address `status` says that nobody offers it", "yes")

    async def a_node_comes(self) -> None:
        """What waited for it is watched again, and no command was needed."""
        await self.house.node("three", "b", "a")
        back = await self.house.until(
            lambda: set(B) <= self.house.held().keys(), "the watch", within=LEASES + MACHINE
        )
        await self.well()
        self.whole(workers=4)
        self.say("another node offers it: its accounts are held, by no command", f"{back:.1f} s")

    async def fewer_workers(self) -> None:
        """`up` with other sizes ends the old ones calmly: nothing waits for a lease to run out."""
        up = await self.house.trueup("ray", "up", "--claim", "6", "--wait", "240")
        assert up.code == 0, up
        self.whole(workers=2)
        assert "did not end by itself" not in up.out, up
        self.say("`up` with fewer and larger workers: the old ones give back, all watched", seconds(up))
        await self.status_is_true()

    async def ended(self) -> None:
        """`down` ends all, and no lease is left that somebody would have to wait for."""
        down = await self.house.trueup("ray", "down")
        assert down.code == 0, down
        assert self.house.processes() == set()
        with self.house.server.talk() as connection:
            left = connection.execute("SELECT account FROM lease WHERE expires_at IS NOT NULL").fetchall()
        assert left == []
        self.say("`down`: every lease given back, no process left", seconds(down))
        status = await self.status()
        assert status.code == 2, status
        assert set(status.document["accounts_not_watched"]) == set(self.egresses)
        assert (await self.house.trueup("ray", "down")).code == 0

    async def status(self) -> Told:
        """Return what `status` says."""
        return await self.house.trueup("ray", "status", "--json")

    async def well(self) -> None:
        """Wait until `status` says that all is well: its own word, after the truth has been waited for."""
        status = await self.status()
        for _ in range(40):
            if status.code == 0:
                return
            status = await self.status()
        raise AssertionError(status)

    def held_anew(self, accounts: set[str], but: int) -> bool:
        """Return whether each of these is held by a living process, and not by that one."""
        held = self.house.held()
        return all(held.get(account, but) != but for account in accounts)

    def whole(self, *, workers: int) -> None:
        """All accounts are held, each by a worker of its own address, and there are so many workers."""
        holds = self.house.holds()
        assert set().union(*holds.values()) == set(self.egresses), holds
        for pid, accounts in holds.items():
            words = words_of(pid)
            egress = words[words.index("--egress") + 1]
            assert {self.egresses[account] for account in accounts} == {egress}, (words, accounts)
            assert len(accounts) <= int(words[words.index("--claim") + 1]), (words, accounts)
        assert len(self.house.processes()) == workers, self.house.processes()


def seconds(told: Told) -> str:
    """Return how long a command took."""
    return f"{told.seconds:.1f} s"

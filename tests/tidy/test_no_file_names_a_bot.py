"""A kind of ledger is a file or two, and an entry in a registry: nothing else names its bot."""

from pathlib import PurePath

from reconciler.ledgers.registry import OWN_KINDS
from tests.tidy.test_tree import ROOT, tracked

BOTS = frozenset(OWN_KINDS) - {"journal", "sql"}
"""The journal is our own, and has a room; `sql` is any bot's."""

OWN = PurePath("reconciler/ledgers")
EXAMPLES = frozenset({PurePath("reconciler/cli/init.py")})
"""What `trueup init` writes: a file to start from."""

PRODUCT = frozenset({"dashboard", "reconciler", "trueup", "verification"})


def names_a_bot(path: PurePath, text: str) -> bool:
    if OWN in path.parents or path in EXAMPLES:
        return False
    told = "\n".join(line for line in text.splitlines() if "examples=[" not in line)
    return any(bot in told.lower() for bot in BOTS)


def test_nothing_of_the_product_names_a_bot_outside_its_ledger() -> None:
    product = [path for path in tracked() if path.parts[0] in PRODUCT and path.suffix == ".py"]

    assert product
    assert [path for path in product if names_a_bot(path, (ROOT / path).read_text("utf-8"))] == []


def test_a_name_in_code_or_in_words_is_caught() -> None:
    assert BOTS
    for bot in BOTS:
        for text in (f"# as {bot.title()} does it", f'if kind == "{bot}": ...'):
            assert names_a_bot(PurePath("reconciler/doctor/account.py"), text)
        assert not names_a_bot(OWN / f"{bot}.py", f'"""The ledger of a {bot} bot."""')
        assert not names_a_bot(PurePath("reconciler/settings/sections.py"), f'    examples=["{bot}"],')

"""What Bybit's error codes mean, beyond what ccxt makes of them."""

ADVICE = {
    "10003": (
        "the key is not known here: it was deleted or has run out, or it is of the testnet or the demo and "
        "the settings mean the real venue (or the other way round)"
    ),
    "10004": "the secret does not belong to this key: look at the variable or the file that it comes from",
    "10005": "give the key the right to read contracts (orders and positions)",
    "10010": "this machine's address is not among those of the key: add it there",
    "33004": "the key has run out: make a new one",
}
"""What a person can do."""

# 429 is a code here as well as a status: the trading service is overloaded.
TEMPORARY = frozenset({"10000", "10016", "10429", "429"})
# The first is a duplicate of a request, the second an order's id that is taken.
DOUBTFUL = frozenset({"10014", "110072"})
CLOCK = frozenset({"10002"})

SYMBOL_WORDS = {"10001": "symbol", "110074": "contract"}
"""Codes of a request with something wrong in it, and the word that its text has where that is the symbol."""

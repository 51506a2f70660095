"""What Binance's error codes mean, beyond what ccxt makes of them."""

ADVICE = {
    "-2015": (
        "check the key: Binance says this of several things: the key may not use futures (enable futures at "
        "the key; one that is older than the futures account has to be made again), the account is in "
        "portfolio margin, which is not served here, this machine's address is not among those of the key, "
        "the key is of the testnet or the demo and the settings mean the real venue (or the other way round) "
        "or it was deleted"
    ),
    "-2014": "this is no key of Binance: look at the variable or the file that it comes from",
    "-1022": "the secret does not belong to this key: look at the variable or the file that it comes from",
}
"""What a person can do."""

TEMPORARY = frozenset({"-1000", "-1001", "-1007", "-1008", "-1016"})
DOUBTFUL = frozenset({"-1006", "-4116"})
CLOCK = frozenset({"-1021"})

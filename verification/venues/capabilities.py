"""What can differ from venue to venue: answer shapes, options, error codes, stream rules. Data: `venues`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from verification.budget.rates import Rates
from verification.facts.key_rights import KeyRights
from verification.facts.leg import Leg, Side
from verification.venues.parts import one_list
from verification.venues.web import Web


class KeyKind(StrEnum):
    """How requests are signed."""

    HMAC = "hmac"
    RSA = "rsa"
    ED25519 = "ed25519"


class Conditionals(StrEnum):
    """Where a venue lists the orders that wait for a trigger."""

    OWN_LIST = "own_list"
    AMONG_ORDERS = "among_orders"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a successful answer must look like.

    Attributes:
        path: End of the request's path, without the query; `*` stands for any text in it.
        method: The HTTP method it is for.
        rows: Where the rows are: () when the answer itself is a list, keys to walk otherwise; None when the
            answer is one object.
        keys: Keys that the object, or every row, must have.
        told: Keys whose value must be a text, a number or a truth, not nothing; a dot leads into an object.
        numbers: Keys whose value must be a number as venues write one, and one that can be; a dot leads into
            an object.
        instants: Keys whose value must be a time in ISO 8601: ccxt leaves out what it finds no time in.
        one_of: Keys whose value must be one of these texts; others would be taken for one of them.
        places: Keys that hold, if they are there, a number of decimal places: ccxt counts up to it one by
            one, and to what is no such number for ever.
        at: Where the one object is, keys to walk.
        says: A key of the whole answer, and what it says when the request was served; None if nothing does.
        of: A text of the request's own body, where many requests share one path.
        nullable: True where the venue documents null in place of an empty list.
        least: Rows that there must be.
    """

    path: str
    method: str
    rows: tuple[str | int, ...] | None
    keys: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    instants: tuple[str, ...] = ()
    one_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    at: tuple[str | int, ...] = ()
    says: tuple[str, frozenset[str]] | None = None
    of: str = ""
    nullable: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class StreamRules:
    """How to keep a private stream alive, in seconds.

    Attributes:
        keep_alive: About how often a quiet peer is pinged; one that is silent for twice as long is gone.
        key_refresh: Between two renewals of the key that the stream lives by.
        connect_timeout: How long a connection, and each answer while it is set up, may take before it is
            given up.
        missed_after: A change that another source showed this long ago and the stream has not pushed is
            missed.
        absent_after: A position list without a leg is held against the stream only if it was sent this long
            after the stream last spoke of the leg: lists lag behind streams by seconds.
        renew_after_missed: How long a connection that misses facts is kept before it is replaced.
        agreed_after: How long position lists must agree with a stream that has pushed nothing before it is
            believed to push. Longer after more than one connection that missed a change.
        backoff_first: First pause before connecting again; it doubles.
        backoff_most: Longest pause.
    """

    keep_alive: float = 10.0
    key_refresh: float = 1500.0
    connect_timeout: float = 10.0
    missed_after: float = 3.0
    absent_after: float = 10.0
    renew_after_missed: float = 15.0
    agreed_after: float = 60.0
    backoff_first: float = 0.25
    backoff_most: float = 30.0


@dataclass(frozen=True, slots=True)
class PartLists:
    """How one part of an account is asked for, as parameters of ccxt's unified calls.

    Attributes:
        positions: Of the request for positions.
        orders: Of the request for all open orders; None where they can only be asked for by symbol.
    """

    positions: Mapping[str, Any] = field(default_factory=dict)
    orders: Mapping[str, Any] | None = field(default_factory=dict)


def one_request(_part: str) -> PartLists | None:
    """Return how a part is asked for where one request without parameters is all there is."""
    return PartLists()


def swaps_by_type(_part: str) -> PartLists:
    """Return how a part is asked for where ccxt asks the spot market whatever its options say."""
    return PartLists({}, {"type": "swap"})


def steps_by_ccxt(_info: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Return no steps of a contract: what ccxt makes of its row is exact."""
    return None, None


@dataclass(frozen=True, slots=True)
class RowRules:
    """What ccxt's unified rows do not tell of a contract, and the venue's own row inside them does.

    Attributes:
        contract: Where a position's contract is named, by the venue's own id.
        legs: A key of a position that names its leg, and what its values mean; a value that is not here is
            malformed, a row without the key tells nothing.
        kinds: A key that tells contracts from what else a list of positions holds, and the values that are
            none.
        sides: A key of orders and trades that names their side, and what its values mean, where ccxt reads it
            wrongly.
        sizes: The keys of an order's quantity and of what has executed of it, where ccxt loses exact ones.
        coins: True where positions and orders are counted in coins (or quote units) although ccxt gives the
            market another contract size.
        inverse_in_base: True where contracts that are settled in their base currency are counted in it too.
        steps: Returns the smallest steps of a quantity and of a price that a market's own row holds; None
            for one that ccxt tells as well.
    """

    contract: tuple[str, ...] = ()
    legs: tuple[str, Mapping[str, Leg]] | None = None
    kinds: tuple[str, frozenset[str]] | None = None
    sides: tuple[str, Mapping[str, Side]] | None = None
    sizes: tuple[str, str] | None = None
    coins: bool = False
    inverse_in_base: bool = False
    steps: Callable[[Mapping[str, Any]], tuple[Decimal | None, Decimal | None]] = steps_by_ccxt


@dataclass(frozen=True, slots=True)
class KeyQuestion:
    """How a venue tells what a key may do.

    Attributes:
        method: ccxt's method that asks.
        read: Makes the rights of its answer; raises `SourceMalformed` where that does not tell them.
    """

    method: str
    read: Callable[[Mapping[str, Any]], KeyRights]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """All that is known of one venue.

    Attributes:
        dialect: The name under which `dialects` finds the code that reads its answers; None where they are
            read in ccxt's unified form.
        stream: Rules of its private stream; None when its frames are not known: then it is only asked.
        conditionals: Where its conditional orders are listed.
        shapes: What its answers must look like. A path without a rule must at least hold JSON.
        envelope: What every answer holds, whatever it is about; empty if there is no such thing.
        options: Merged into ccxt's options.
        settings: Merged into the rest of ccxt's constructor.
        exceptions_of: Which of ccxt's per-product error tables holds for every address (ccxt chooses by host
            name, so an overridden host would lose it); None if there is none.
        advice: What a person can do about an error code of the venue, where more is known than its kind.
        temporary_codes: Error codes that mean "try again" though ccxt has no class for them.
        doubtful_codes: Error codes after which an order may exist all the same: its fate is open, or its
            client id is taken.
        clock_codes: Error codes that mean nothing but that a request bears a wrong time.
        key_rights: How it tells what a key may do; None where that is not known.
        keys: The kinds of keys with which both the venue and ccxt sign; empty where that is not known, and
            nothing is refused.
        symbol_words: Codes of a request with something wrong in it, and the word that is in its text where
            that is the symbol.
        documented: True where the shapes are those of all its lists: only then an empty one says anything.
        lists_of: Returns how a part of the account is asked for, by its name; None where that is not known.
        rows: What ccxt's rows do not tell.
        order_page: Orders at which one request may have been cut off; None if it never is.
        unified_account: What asks a venue with two generations of accounts which one this is; None otherwise.
        no_sandbox: Why ccxt's sandbox is of no use here, and what is; empty where it may be.
        account_options: ccxt's options that name an account and that ccxt obeys in every request.
        part_of: Names the part of the position lists that shows a market, given in ccxt's form.
        position_page: Rows at which one request may have been cut off; None if it never is.
        order_parameters: Added when an order is asked for by its id.
        instead: The exchange id to use in its place; None where there is nothing against it.
        client_id_name: What cancelling calls the sender's own id, where ccxt does not translate it.
        asks_by_client_id: True when an order can be asked for by the sender's own id.
        cancels_at_once: True where a cancellation is answered when it has been carried out; False where it
            may only have been taken in by then, and what became of it must be seen.
        leg_parameters: What names the leg in an order, in hedge mode; empty where ccxt is left to derive it
            from the side.
        flags_exits_of_legs: True when an order that makes a leg smaller is flagged reduce-only in hedge mode
            too; False where the venue refuses the flag there, because leg and side say it already.
        before_trading: ccxt's methods that ask for facts it would else ask for in the middle of the first
            order, where a failure would leave that order in doubt although it was never sent.
        rates: How it counts requests; without a documented limit ccxt's own pace and costs stand in.
        rows_tell_mode: True where each row of its position list says how positions are kept, and that cannot
            be changed while one is open: then a list with an open leg has told the mode.
        beside: What else an account of the venue may hold that is never read, in words; empty if nothing.
        names: What ccxt, or a bot of an earlier year, calls this company's venues, where that is more than
            one name.
        web: Where people find its markets on its own web site; None where that is not known.
    """

    dialect: str | None = None
    stream: StreamRules | None = None
    conditionals: Conditionals = Conditionals.NOT_KNOWN
    shapes: tuple[Shape, ...] = ()
    envelope: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    exceptions_of: str | None = None
    advice: Mapping[str, str] = field(default_factory=dict)
    temporary_codes: frozenset[str] = frozenset()
    doubtful_codes: frozenset[str] = frozenset()
    clock_codes: frozenset[str] = frozenset()
    key_rights: KeyQuestion | None = None
    keys: frozenset[KeyKind] = frozenset()
    symbol_words: Mapping[str, str] = field(default_factory=dict)
    documented: bool = False
    lists_of: Callable[[str], PartLists | None] = one_request
    rows: RowRules = field(default_factory=RowRules)
    order_page: int | None = None
    no_sandbox: str = ""
    account_options: frozenset[str] = frozenset()
    unified_account: tuple[str, str] | None = None
    part_of: Callable[[Mapping[str, Any]], str] = one_list
    position_page: int | None = None
    order_parameters: Mapping[str, Any] = field(default_factory=dict)
    instead: str | None = None
    beside: str = ""
    names: frozenset[str] = frozenset()
    client_id_name: str = "clientOrderId"
    asks_by_client_id: bool = False
    cancels_at_once: bool = False
    leg_parameters: Mapping[Leg, Mapping[str, Any]] = field(default_factory=dict)
    flags_exits_of_legs: bool = True
    before_trading: tuple[str, ...] = ()
    rates: Rates = field(default_factory=Rates)
    rows_tell_mode: bool = False
    web: Web | None = None

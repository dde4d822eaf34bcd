"""Who buys and who sells: what shows of them, and what nobody knows before the end.

What shows has a weight in how it ends, so that a history of this market has something to teach.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Final, Literal, NamedTuple

Way = Literal[
    "signs",  # the buyer signs: decision and action in one
    "orders",  # says yes, then orders
    "orders_first",  # orders, and confirms later
    "never_orders",  # says yes, and does nothing
    "takes_it_back",  # says yes, then no
    "declines",
    "fades",  # is not heard of any more
    "dithers",  # talks on and on
]
BUYING: Final[dict[Way, float]] = {"signs": 0.55, "orders": 0.3, "orders_first": 0.15}
NOT_BUYING: Final[dict[Way, float]] = {
    "declines": 0.5,
    "fades": 0.32,
    "never_orders": 0.08,
    "takes_it_back": 0.05,
    "dithers": 0.05,
}


class Trait(NamedTuple):
    """Something that shows: how frequent it is, and what it is worth in log-odds."""

    share: float
    odds: float


SEGMENTS: Final = {
    "small": Trait(0.5, 0.3),
    "medium": Trait(0.35, 0.0),
    "large": Trait(0.15, -0.4),
}
LEAD_SOURCES: Final = {
    "referral": Trait(0.15, 0.9),
    "partner": Trait(0.15, 0.2),
    "inbound": Trait(0.35, 0.3),
    "outbound": Trait(0.35, -0.5),
}
AMOUNTS: Final = {"small": 12_000, "medium": 60_000, "large": 300_000}
"""The median sum in each segment."""
CURRENCIES: Final = {"EUR": 0.6, "USD": 0.4}
OWNERS: Final = 12
EVEN: Final = -0.35
"""The log-odds that a plain opportunity is bought."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """`way` is how it will end if nothing ends it before, after `patience` rounds of talks."""

    segment: str
    lead_source: str
    currency: str
    amount: Decimal
    recurring: Decimal
    competitor: bool
    champion: bool
    way: Way
    patience: int


@dataclass(frozen=True, slots=True)
class Seller:
    """`pace` is the chance to move on in a round; a careless one lets close dates pass, and one
    who drops it does so after as many rounds."""

    owner: str
    pace: float
    careless: bool
    drops_after: int | None


def choice(rng: Random, weights: dict[Any, float]) -> Any:
    """One of the keys, by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def a_buyer(rng: Random, patience: tuple[int, int]) -> Buyer:
    """Somebody who may buy, rather if what shows of them is good."""
    segment, lead_source = _trait(rng, SEGMENTS), _trait(rng, LEAD_SOURCES)
    competitor, champion = rng.random() < 0.4, rng.random() < 0.6
    odds = EVEN + SEGMENTS[segment].odds + LEAD_SOURCES[lead_source].odds
    odds += (-0.5 if competitor else 0.2) + (0.4 if champion else -0.6)
    buys = rng.random() < 1 / (1 + math.exp(-odds))
    hundreds = max(int(AMOUNTS[segment] * rng.lognormvariate(0, 0.6) / 100), 1)
    return Buyer(
        segment=segment,
        lead_source=lead_source,
        currency=choice(rng, CURRENCIES),
        amount=Decimal(100 * hundreds),
        recurring=Decimal(10 * hundreds * rng.randint(0, 10)),
        competitor=competitor,
        champion=champion,
        way=choice(rng, BUYING if buys else NOT_BUYING),
        patience=rng.randint(*patience),
    )


def _trait(rng: Random, traits: dict[str, Trait]) -> str:
    return str(choice(rng, {name: each.share for name, each in traits.items()}))


def a_seller(rng: Random) -> Seller:
    """One of the team: some are quick, some are careless, and some give up."""
    number = rng.randrange(OWNERS)
    return Seller(
        owner=f"seller-{number + 1:02d}",
        pace=0.1 if rng.random() < 0.06 else 0.45 + 0.35 * number / OWNERS,
        careless=rng.random() < 0.1,
        drops_after=rng.randint(1, 8) if rng.random() < 0.12 else None,
    )

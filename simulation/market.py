"""A market: many pursuits that begin one after the other, each of them made from the seed alone."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from processes import Library
from sales.facts import Fact
from sales.opening import OpenOpportunity, Start
from sales.process import Process
from simulation.asides import aside
from simulation.endings import conclude, drop
from simulation.homework import beat, dated, learned
from simulation.life import Find, Life
from simulation.people import Buyer, Seller, a_buyer, a_seller, choice
from simulation.script import Script
from simulation.talks import talk
from simulation.voice import Voice

MIX: Final = {"new_business": 0.55, "expansion": 0.25, "renewal": 0.12, "renewal_auto": 0.08}
SINCE: Final = datetime(2024, 1, 1, 8, tzinfo=UTC)
MOST_SAID: Final = 500
"""Nobody talks more than this; from then on only the clock does."""


class Market:
    """Scripts by number: the same seed and number give the same script for ever."""

    def __init__(
        self,
        seed: int,
        library: Library,
        *,
        mix: Mapping[str, float] = MIX,
        refusals: float = 0.1,
        patience: tuple[int, int] = (4, 12),
        accounts: int = 200,
        since: datetime = SINCE,
        every: timedelta = timedelta(hours=8),
    ) -> None:
        """`mix` weighs the processes, `refusals` is the share of messages that break a rule,
        `patience` says how many rounds a buyer talks, and one begins `every` so often."""
        self.find: Find = library.find
        self._seed, self._library, self._mix = seed, library, dict(mix)
        self._refusals, self._patience, self._accounts = refusals, patience, accounts
        self._since, self._every = since, every

    def scripts(self, count: int) -> Iterator[Script]:
        """The first so many, in the order in which they begin."""
        return (script for script, _ in self.lives(count))

    def lives(self, count: int) -> Iterator[tuple[Script, list[Fact]]]:
        """The same with the journals they lead to, which playing them gives again."""
        return (self.life(number) for number in range(count))

    def life(self, number: int) -> tuple[Script, list[Fact]]:
        """One pursuit, lived through to its end."""
        rng = Random(f"{self._seed}:{number}")
        buyer, seller = a_buyer(rng, self._patience), a_seller(rng)
        at = self._since + self._every * (number + round(rng.random(), 4))
        process = self._process(rng)
        opening = {
            "opportunity_id": f"o-{self._seed}-{number:07d}",
            **_opening(rng, process, buyer, seller, at),
        }
        account = f"account-{rng.randrange(self._accounts) + 1:04d}"
        start = Start(
            account_id=account,
            opening=OpenOpportunity.model_validate(opening),
            process=process,
            at=at,
        )
        life = Life(start, at, self.find)
        voice = Voice(rng, life, buyer, seller, self._refusals)
        _pursue(voice)
        life.wait()
        return Script(at, start, tuple(voice.said)), life.facts

    def _process(self, rng: Random) -> Process:
        name = choice(rng, self._mix)
        versions = [each for each in self._library.all() if each.name == name]
        if not versions:
            raise LookupError(f"the library has no process {name!r}")
        return rng.choice(versions)


def _opening(
    rng: Random, process: Process, buyer: Buyer, seller: Seller, at: datetime
) -> dict[str, Any]:
    """What is known at the start, and at least what the opening gate asks for."""
    pace = beat(process)
    said = {
        "process": process.name,
        "process_version": process.version,
        "sent_at": at.isoformat(),
        "name": f"{buyer.segment.title()} {process.title.lower()}",
        "segment": buyer.segment,
        "lead_source": buyer.lead_source,
        "product": rng.choice(("suite", "platform", "service")),
        "territory": rng.choice(("north", "south", "west")),
        "recurring": {"amount": str(buyer.recurring), "currency": buyer.currency},
        **learned([*process.opening.requires, "owner", "amount"], buyer, seller, at),
    }
    if buyer.champion:
        said.setdefault("stakeholders", {})["champion"] = {"role": "champion"}
    when = dated(at + pace * rng.uniform(10, 25), process, pace)
    said["notice_by" if process.silence == "purchase" else "close_date"] = when
    return said


def _pursue(voice: Voice) -> None:
    """Round by round until it ends, or nobody speaks any more."""
    patience, way = voice.buyer.patience, voice.buyer.way
    number = 0
    while voice.wait() and len(voice.said) < MOST_SAID:
        if number == voice.seller.drops_after:
            drop(voice)
        elif number < patience or way == "dithers":
            talk(voice)
            if voice.open and voice.rng.random() < 0.4:
                aside(voice)
        else:
            conclude(voice)
        number += 1

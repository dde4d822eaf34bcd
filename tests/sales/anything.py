"""Whatever somebody might say to an opportunity: mostly sense, much of it in the wrong moment, and
every kind of nonsense.

Hypothesis chooses how much is said and when, and a seed for each message; the seed throws the dice
for its words, since sense needs the opportunity's own: its stages, its reasons, its times.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar

from sales.clocks import next_deadline
from sales.opportunity import Opportunity
from sales.process import ELEMENTS, EVIDENCE, Process

Body = dict[str, Any]
T = TypeVar("T")

INSTANT: Final = timedelta(microseconds=1)
FAR: Final = (datetime(1900, 1, 2, tzinfo=UTC), datetime(2199, 12, 30, tzinfo=UTC))
PEOPLE: Final = ("p1", "p2", "p3")


def _nested(depth: int) -> Any:
    found: Any = 0
    for _ in range(depth):
        found = {"in": found}
    return found


JUNK: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 2**70, 10**5_000, 0.5, float("nan"), float("inf")),
    *("", " ", "\ud800", "a\0b", "x" * 5_000, "2026-02-30", "2026-13-01T00:00:00Z", "9999-12-31"),
    *(b"\xff", [], [[]], {}, {"": ""}, {"\ud800": "\0"}, {"p1": {"role": float("nan")}}),
    *(_nested(3_000), {"p1": _nested(300)}, ["x" * 300] * 300),
)
RICH: Final[Body] = {
    "owner": "kim",
    "amount": {"amount": "1200.00", "currency": "EUR"},
    "stakeholders": {
        "p1": {"role": "economic_buyer", "last_contact_at": "2026-01-02T09:00:00Z"},
        "p2": {"role": "champion"},
    },
    "objectives": {"o1": {"description": "Half the time"}},
    "plan": {"s1": {"title": "Trial", "due": "2026-03-01", "owner": "buyer"}},
    "qualification": {element: {"score": 2} for element in ELEMENTS},
}
"""What satisfies every gate but those that ask for the buyer's word or for evidence."""


class Voice:
    """Says something to one opportunity at one moment; the same seed says the same there."""

    def __init__(self, seed: int, state: Opportunity, now: datetime) -> None:
        # Hypothesis likes some numbers better than others, and the dice should be fair.
        self.dice, self.state, self.now = Random(f"{seed} {state.sequence}"), state, now
        self.unit = state.process.clocks.end_by.limit / 100

    def say(self) -> tuple[Any, Any]:
        """A kind and a body: sense, or sense with one field spoiled, or neither of them."""
        kind, how = self.dice.choice(KINDS), self.dice.random()
        if how < 0.04:
            return self.dice.choice([kind, *JUNK]), self.dice.choice(JUNK)
        body = {**self._envelope(), **_SENSE[kind](self)}
        if how < 0.15:
            field = self.dice.choice([*body, "surplus", "event_id", "stakeholders", "\ud800"])
            body[field] = self.dice.choice(JUNK)
        return kind, body

    def one(self, *values: T) -> T:
        return self.dice.choice(values)

    def some(self, **fields: Any) -> Body:
        """Some of these fields."""
        return {name: value for name, value in fields.items() if self.dice.random() < 0.4}

    def known(self, *values: Any) -> Any:
        """One of these, or something unheard of."""
        return self.dice.choice(values) if values and self.dice.random() < 0.85 else "unheard_of"

    def near(self, low: int, high: int) -> datetime:
        """A time that matters or one instant off it, one within so many hundredths of a life, or,
        seldom, one out of all reason."""
        if self.dice.random() < 0.05:
            return self.one(*FAR)
        if self.dice.random() < 0.6:
            return self.now + self.dice.randint(low, high) * self.unit
        due, state = next_deadline(self.state), self.state
        marks = [due.at if due else self.now, state.end_by, state.parked_until, state.close_at]
        return (self.one(*marks) or self.now) + self.one(-INSTANT, 0 * INSTANT, INSTANT)

    def stamp(self) -> str:
        due, at = next_deadline(self.state), self.near(-20, 0)
        if due and due.at < self.now and self.dice.random() < 0.8:  # just in time, or just not
            at = due.at + self.one(-INSTANT, 0 * INSTANT, INSTANT)
        return (at if self.dice.random() < 0.1 else min(at, self.now)).isoformat()

    def day(self) -> str:
        at = self.near(*self.one((-10, 40), (1, 8), (30, 60)))
        if self.state.close_at and self.dice.random() < 0.3:
            at = self.state.close_at + self.unit
        return self.one(at.isoformat(), at.isoformat(), at.date().isoformat())

    def _envelope(self) -> Body:
        body = self.some(note="as agreed", actor="kim", event_id=f"e{self.dice.randint(0, 500)}")
        how = self.dice.random()
        if how < 0.6:
            body["sent_at"] = self.one(self.now.isoformat(), self.stamp())
        if how < 0.2:
            body["occurred_at"] = self.stamp()
        if 0.7 < how < 0.8:
            last = self.state.sources.get("crm", 0)
            body |= {"source": "crm", "source_seq": max(last + self.one(-1, 0, 1, 2), 0)}
        if how > 0.99:
            body["event_id"] = "made-up:7"
        return body

    def stage(self) -> Body:
        stages = [stage.name for stage in self.state.process.stages]
        return {"stage": self.known(*stages), **self.some(evidence="minutes", override=True)}

    def engagement(self) -> Body:
        who = self.some(stakeholder_id=self.one(*PEOPLE))
        return {"origin": self.one("buyer", "seller"), "channel": "email", **who}

    def money(self) -> Body:
        sums = ("0", "1200.00", "99999999.9999")
        return {"amount": self.one(*sums), "currency": self.one("EUR", "EUR", "USD")}

    def patch(self, *keys: str, **fields: Any) -> Body:
        """A merge patch of a map: an entry changed, or taken away."""
        return {self.one(*keys): self.one(None, fields, fields, self.some(**fields))}

    def details(self) -> Body:
        role, name = self.one("economic_buyer", "champion", "blocker"), self.one("Kim", "Kim", None)
        evidence = self.one("minutes", "m" * 2_000)
        step = {"title": "Trial", "due": "2026-03-01", "owner": "buyer", "after": ["s1"]}
        fields: Body = {
            "name": name,
            "owner": "kim",
            "amount": self.money(),
            "recurring": self.money(),
            "stakeholders": self.patch(*PEOPLE, role=role, name=name),
            "qualification": self.patch(*ELEMENTS, score=self.one(0, 3), evidence=evidence),
            "plan": self.patch("s1", "s2", **step),
            "objectives": self.patch("o1", description="Half the time"),
            "line_items": self.patch("l1", product="seat", unit_price=self.one("5", 5, 5.5)),
        }
        names = self.dice.sample([*fields], self.dice.randint(0, 3))
        return {each: fields[each] for each in names}

    def correction(self) -> Body:
        changes = self.some(origin=self.one("buyer", "seller"), hours="2.5", void=True)
        return {"sequence": self.one(1, *self.state.correctable), **changes}

    def erasure(self) -> Body:
        """Whose words, which facts', or which details'; seldom nobody says who asks."""
        some = self.some(
            stakeholder_id=self.one(*PEOPLE),
            sequences=[
                self.dice.randint(1, self.state.sequence),
                self.state.sequence + self.one(0, 1),
            ],
            details=[self.one("name", "verbatim", "reference", "plan.s1", "objectives.o1")],
        )
        return {"reason": "requested", "actor": self.one("kim", "kim", None), **some}

    def decision(self) -> Body:
        reasons = self.state.process.reasons
        if self.dice.random() < 0.75:
            return {"decision": "yes", "reasons": [self.known(*reasons.won)]}
        return {"decision": "no", "reasons": [self.known(*reasons.lost)]}

    def purchase(self) -> Body:
        kind = self.one(*EVIDENCE, *EVIDENCE[2:] * 4)
        term = {"start": "2026-06-01", "end": "2027-05-31", "recurring": self.money()}
        won = [self.known(*self.state.process.reasons.won)]
        more = self.some(amount=self.money(), contract=term, reasons=won)
        return {"evidence": {"kind": kind, "reference": "PO 7"}, **more}


_SENSE: Final[dict[str, Callable[[Voice], Body]]] = {
    "change_stage": Voice.stage,
    "record_engagement": Voice.engagement,
    "amend": Voice.details,
    "extend": lambda voice: {"close_date": voice.day(), "reason": "budget"},
    "park": lambda voice: {"until": voice.day(), "reason": "budget"},
    "unpark": lambda _voice: {},
    "correct": Voice.correction,
    "migrate": lambda voice: {"process_version": voice.one(1, 2, 3, 3, 4, 5)},
    "log_effort": lambda voice: {"hours": voice.one(1, "2.5"), **voice.some(pool="legal")},
    "record_decision": Voice.decision,
    "record_purchase": Voice.purchase,
    "change_account": lambda voice: {
        "account_id": voice.one("a-1", "a-2"),
        "from_account": voice.one(voice.state.account_id, "a-3"),
    },
    "request_capacity": lambda voice: {
        "pool": voice.one("engineers", "legal"),
        "hours": voice.one("0", "8", 12.5),
        **voice.some(gain=voice.one("0.1", 1, "1.5"), until=voice.day()),
    },
    "release_capacity": lambda voice: {"pool": voice.one("engineers", "legal")},
    "withdraw": lambda voice: {"reason": voice.known(*voice.state.process.reasons.withdrawn)},
    "erase": Voice.erasure,
}
KINDS: Final = (
    *["change_stage", "record_engagement", "amend", "extend", "extend"] * 8,
    *["park", "park", "correct", "migrate", "log_effort", "record_decision", "record_purchase"] * 4,
    *["change_account"] * 3,
    *["request_capacity", "request_capacity", "release_capacity"],
    *["migrate", "unpark", "withdraw", "erase", "erase", "erase"],
)
"""The kinds, the ends among them more seldom, so that lives grow long enough to be interesting."""


def opening(process: Process, seed: int, now: datetime) -> Body:
    """A way to begin: bare or rich, fresh or landed from elsewhere, with dates near and far."""
    dice, unit = Random(seed), process.clocks.end_by.limit / 100
    landed = dice.random() < 0.5
    body = {
        "opportunity_id": f"o-{dice.randint(0, 9)}",
        "process": process.name,
        "name": "A deal",
        **(RICH if dice.random() < 0.5 else {}),
        **{"override": True, "actor": "kim", "note": "as it stands"},
    }
    for field in ("close_date", "notice_by"):
        if dice.random() < 0.5 or (field == "notice_by" and process.silence == "purchase"):
            body[field] = (now + unit * dice.randint(-30 if landed else 1, 60)).isoformat()
    if landed:
        past = (now - unit * dice.randint(0, 60)).isoformat()
        body["landing"] = {"stage_entered_at": past, "engaged_at": past}
        body["occurred_at"] = past
    return body

"""What an erasure has to ask of whom: found in the ledger, before anything is erased.

A workflow takes words out by ids and fields and never looks for a name. Whoever reads all journals
of an account can: which facts and which details mention the person, by any name they ever had.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ledger.batch import Subject
from sales.account.commitments.state import promised_id
from sales.drafts import Broken
from sales.erasing import ERASED, Erasure, Names, names_of, places, value_at
from sales.facts import Fact

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.rows import FactRow

MOST: Final = 200
"""How many sequences one message may name."""
RETOLD: Final = frozenset({"verbatim", "competitor", "objectives"})
"""Details that an end tells the account, by the first part of their names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose words, or those of which facts (`notes`), in all of an account or one opportunity."""

    stakeholder_id: str | None = None
    account_id: str | None = None
    opportunity_id: str | None = None
    notes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked of one opportunity or account; `facts` is how many of its facts lose words."""

    subject: Subject
    id: str
    stakeholder_id: str | None
    sequences: tuple[int, ...] = ()
    details: tuple[str, ...] = ()
    facts: int = 0

    def asks(self) -> Iterator[dict[str, Any]]:
        """The messages, each naming as much as one may."""
        said = {"stakeholder_id": self.stakeholder_id, "details": list(self.details)}
        parts = [self.sequences[at : at + MOST] for at in range(0, len(self.sequences), MOST)]
        for part in parts or [()]:
            told = {**said, "sequences": list(part)}
            yield {name: value for name, value in told.items() if value}


class Journals:
    """All that was ever written of some opportunities and of what their account keeps of them."""

    def __init__(self, ledger: "Ledger", wanted: Wanted) -> None:
        """Raises Broken where nobody knows what is named."""
        self.wanted = wanted
        account_id, ids = _scope(ledger, wanted)
        self.opportunities = {id: _rows(ledger, "opportunity", id) for id in ids}
        self.account_id, self.kept = account_id, _rows(ledger, "account", account_id)
        if wanted.opportunity_id:
            about = self.opportunities
            self.kept = [r for r in self.kept if r.fact.data.get("opportunity_id") in about]
        facts = [row.fact for rows in (*self.opportunities.values(), self.kept) for row in rows]
        person = wanted.stakeholder_id
        if person and not any(_knows(fact, person) for fact in facts):
            raise Broken("stakeholder_id", "unknown_stakeholder", f"nothing is kept of {person!r}")
        self.names = Names({name for fact in facts for name in names_of(fact, person)})

    def steps(self) -> list[Step]:
        """Those first whose journals know the fewest names: whoever is stopped half-way and begins
        again still finds them."""
        steps = [
            _counted(self._mentions("opportunity", id, rows, self.wanted), rows)
            for id, rows in self.opportunities.items()
        ]
        steps.sort(key=lambda step: len(self._names(self.opportunities[step.id])))
        told = [(step.id, detail) for step in steps for detail in step.details]
        steps.insert(0, _counted(self._of_account(told), self.kept))
        return [step for step in steps if step.facts]

    def _mentions(self, subject: Subject, id: str, rows: "list[FactRow]", wanted: Wanted) -> Step:
        """What mentions the person or is named, where the id alone does not reach it."""
        sequences, details = set[int](), set[str]()
        last = max((row.fact.sequence for row in rows if not row.superseded), default=0)
        for fact in (row.fact for row in rows):
            named = fact.sequence in wanted.notes
            if named or self.names.are_in(fact.note):
                sequences.add(fact.sequence)
            for place in places(fact):
                words = value_at(fact.data, place.path)
                if words == ERASED or not (named or self.names.are_in(words)):
                    continue
                if place.detail:
                    details.add(place.detail)
                else:
                    sequences.add(fact.sequence)
        details.discard(f"stakeholders.{wanted.stakeholder_id}")
        kept = sorted(sequence for sequence in sequences if sequence <= last)
        return Step(subject, id, wanted.stakeholder_id, tuple(kept), tuple(sorted(details)))

    def _of_account(self, told: list[tuple[str, str]]) -> Step:
        """Late messages and ends, and what was promised; `told` are details of opportunities.
        Where one opportunity is meant the person's id is not sent, for the account knows them by it
        elsewhere; what it would reach is named fact by fact."""
        wanted, one = self.wanted, self.wanted.opportunity_id is not None
        person, notes = (None, frozenset[int]()) if one else (wanted.stakeholder_id, wanted.notes)
        here = Wanted(person, notes=notes)
        step = self._mentions("account", self.account_id, self.kept, here)
        retold = any(detail.partition(".")[0] in RETOLD for _, detail in told)
        mine = Erasure({"stakeholder_id": wanted.stakeholder_id})
        more = {
            row.fact.sequence
            for row in self.kept
            if not row.superseded
            and (
                (one and mine.redacted(row.fact) is not row.fact)
                or (retold and row.fact.kind == "opportunity_ended")
            )
        }
        of = {row.fact.data.get("commitment_id") for row in self.kept}
        made = {promised_id(id, detail.partition(".")[2]) for id, detail in told} & of
        details = {*step.details, *(f"commitments.{id}" for id in made)}
        sequences = more.union(step.sequences)
        return replace(step, sequences=tuple(sorted(sequences)), details=tuple(sorted(details)))

    def _names(self, rows: "list[FactRow]") -> set[str]:
        return {name for row in rows for name in names_of(row.fact, self.wanted.stakeholder_id)}


def _scope(ledger: "Ledger", wanted: Wanted) -> tuple[str, list[str]]:
    """The account, and the opportunities that are looked at."""
    if wanted.opportunity_id:
        row = ledger.opportunity(wanted.opportunity_id)
        if row is None:
            raise Broken("opportunity_id", "unknown_opportunity")
        return row.account_id, [row.id]
    if wanted.account_id is None or ledger.account(wanted.account_id) is None:
        raise Broken("account_id", "unknown_account")
    if wanted.notes:
        return wanted.account_id, []
    rows = ledger.opportunities(account_id=wanted.account_id)
    return wanted.account_id, [row.id for row in rows]


def _rows(ledger: "Ledger", subject: Subject, id: str) -> "list[FactRow]":
    return ledger.journal_rows(subject, id, superseded=True)


def _knows(fact: Fact, person: str) -> bool:
    people = fact.data.get("stakeholders") or {}
    about = fact.data.get("stakeholder_id") == person
    return person in people or about or Erasure({"stakeholder_id": person}).redacted(fact) != fact


def _counted(step: Step, rows: "list[FactRow]") -> Step:
    said = {"sequences": step.sequences, "details": step.details}
    asked = Erasure({**said, "stakeholder_id": step.stakeholder_id}, [row.fact for row in rows])
    return replace(step, facts=sum(asked.redacted(row.fact) is not row.fact for row in rows))

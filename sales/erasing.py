"""Erasing: a person's data, or free text, goes out of what is kept; that it was there stays.

An erasure is a fact that names ids and fields and never the content. What it takes out of the
state is a matter of the state alone, and what it takes out of earlier facts one of the journal
alone; so the redacted journal folds to the very state that a running opportunity has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sales.account.commitments.state import Commitment
from sales.details import MAPS
from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.journal import Journaled
from sales.messages import Erase
from sales.opportunity import Refusal
from sales.words import said

ERASED: Final = "[erased]"
"""Stands where words stood."""

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "stakeholders": ("name",),
    "objectives": ("description", "measure", "target"),
    "plan": ("title", "evidence"),
    "qualification": ("evidence",),
    "competitors": ("name", "note"),
    "line_items": ("product",),
}
"""The free text in an entry of each map of details."""

OF_AN_ACCOUNT: Final = frozenset({"name", "commitments"})
"""The details of an account that are free text: its name, and the title of each commitment."""

CALLED: Final = (Refusal._fields.index("kind"), Refusal._fields.index("field"))
"""Where a refusal says what a stranger called things."""

TITLE: Final = Commitment._fields.index("title")
"""Where an account's state keeps the title of a commitment."""

Path = tuple[str | int, ...]

_OWN: Final[dict[str, tuple[Path, ...]]] = {
    "stage_changed": (("evidence",),),
    "engaged": (("summary",),),
    "extended": (("reason",),),
    "parked": (("reason",),),
    "late": (("body",),),
    "refused": (("detail",), ("body",)),
    "late_message_kept": (("message", "body"),),
    "message_passed_on": (("message", "body"),),
    "opportunity_ended": (("record", "verbatim"), ("record", "competitor"), ("record", "text")),
    "account_retiring": (("reason",),),
    "need_found": (("words",),),
    "referral_given": (("name",), ("words",)),
    "opportunity_wanted": (("message", "evidence", "body"),),
    "survey_answered": (("comment",),),
    "health_disagreed": (("reason",),),
    "checkpoint_answered": (("reason",),),
    "pool_closed": (("reason",),),
}
"""Words that only the fact itself keeps, by its kind; its note is one of them."""
_ABOUT: Final = {"engaged": "stakeholder_id", "survey_answered": "respondent"}
"""Whose words a fact holds, or whom they are about, by its kind."""
_CALLED: Final[dict[str, tuple[Path, ...]]] = {"refused": (("message",), ("field",))}
"""What a stranger called things: the state keeps it too, and knows it by the fact's number."""
_DETAILS: Final[dict[str, dict[str, Path]]] = {
    "opened": {"name": ("name",)},
    "amended": {"name": ("name",)},
    "account_opened": {"name": ("name",)},
    "account_amended": {"name": ("name",)},
    "pool_opened": {"name": ("name",)},
    "pool_amended": {"name": ("name",)},
    "decided": {"verbatim": ("verbatim",), "competitor": ("competitor",)},
    "purchased": {
        "verbatim": ("verbatim",),
        "competitor": ("competitor",),
        "reference": ("evidence", "reference"),
    },
    "ended": {"verbatim": ("verbatim",), "competitor": ("competitor",)},
    "interview_asked": {"why": ("why",)},
    "interview_recorded": {
        "competitor": ("competitor",),
        "verbatim": ("verbatim",),
        "would_have_changed": ("would_have_changed",),
    },
}
"""Words that the state holds as well, by the name under which an erasure asks for them."""


def erase(state: Journaled, message: Erase, at: datetime | None = None) -> list[Draft]:
    """Anybody who says who they are may ask, at any time; an end does not stand in the way."""
    if not message.actor:
        raise Broken("actor", "required", "say who asks")
    if not (message.stakeholder_id or message.sequences or message.details):
        raise Broken("body", "nothing_to_erase", "name a stakeholder, sequences or details")
    if any(sequence > state.sequence for sequence in message.sequences):
        raise Broken("sequences", "unknown_sequence", f"the last fact is {state.sequence}")
    return [Draft("erased", said(message), at)]


class Place(NamedTuple):
    """Where a fact holds words: `detail` names them where the state holds them as well, `called` is
    the number of the fact in which a stranger called things so."""

    path: Path
    detail: str | None = None
    called: int = 0


class Erasure:
    """One `erased` fact, and the names that the person it is about had in a journal."""

    def __init__(self, data: Mapping[str, Any], facts: Iterable[Fact] = ()) -> None:
        self.person: str | None = data.get("stakeholder_id")
        self.sequences = frozenset(data.get("sequences", ()))
        self.details = {*data.get("details", ())}
        if self.person:
            self.details.add(f"stakeholders.{self.person}")
        self.names = Names({name for fact in facts for name in names_of(fact, self.person)})

    def redacted(self, fact: Fact) -> Fact:
        """The fact without what this takes; the same fact where it takes nothing."""
        data = fact.data
        for place in places(fact):
            words = value_at(fact.data, place.path)
            if words != ERASED and self._takes(fact, place, words):
                data = _set(data, place.path)
        note, actor = fact.note, fact.actor
        if note and (self._whole(fact) or self.names.are_in(note)):
            note = ERASED
        if actor and self.names.are_in(actor):
            actor = ERASED
        if data is fact.data and (note, actor) == (fact.note, fact.actor):
            return fact
        return replace(fact, data=data, note=note, actor=actor)

    def _takes(self, fact: Fact, place: Place, words: Any) -> bool:
        if place.detail:
            return place.detail in self.details
        if place.called:
            return place.called in self.sequences
        return self._whole(fact) or self.names.are_in(words) or self._is_in(words)

    def _whole(self, fact: Fact) -> bool:
        """Whether all of the fact's own words go: it is asked for, or it is about the person."""
        about = fact.kind in _ABOUT and fact.data.get(_ABOUT[fact.kind]) == self.person
        return fact.sequence in self.sequences or (about and self.person is not None)

    def _is_in(self, words: Any) -> bool:
        """Whether what was said names the person by id; of what was clipped only text is left."""
        if self.person is None:
            return False
        quoted = (f'"{self.person}"', f"'{self.person}'")
        texts = [*_texts(words)]
        return self.person in texts or any(q in text for text in texts for q in quoted)


class Names:
    """Names, found as whole words and however they are written."""

    def __init__(self, names: Iterable[str]) -> None:
        each = "|".join(re.escape(name) for name in sorted(names))
        self._pattern = re.compile(rf"(?<!\w)(?:{each})(?!\w)", re.IGNORECASE) if each else None

    def are_in(self, words: Any) -> bool:
        """Whether one of them is in any text of it."""
        pattern = self._pattern
        return pattern is not None and any(pattern.search(text) for text in _texts(words))


def names_of(fact: Fact, person: str | None) -> set[str]:
    """What the fact calls the person: in its own words or in those of a message it keeps."""
    return {*_named(fact.data, person)} - {ERASED} if person else set()


def places(fact: Fact) -> Iterator[Place]:
    """Where the fact holds words, its note apart."""
    found = [Place(path) for path in _OWN.get(fact.kind, ())]
    found += [Place(path, called=fact.sequence) for path in _CALLED.get(fact.kind, ())]
    found += [Place(path, name) for name, path in _DETAILS.get(fact.kind, {}).items()]
    if fact.kind in ("opened", "amended"):
        found += [Place(("imported", name)) for name in fact.data.get("imported", ())]
        found += _in_maps(fact.data)
    if commitment := fact.data.get("commitment_id"):
        found.append(Place(("title",), f"commitments.{commitment}"))
    told = fact.data["commitments"] if fact.kind in ("handed_over", "taken_over") else ()
    found += [Place(("commitments", id, "title"), f"commitments.{id}") for id in told]
    if fact.kind == "opportunity_ended":
        found += [Place(("promises", objective)) for objective in fact.data.get("promises", ())]
    if fact.kind == "restored":
        found += _in_a_state(fact.data["state"])
    return (place for place in found if value_at(fact.data, place.path) is not None)


def _in_maps(data: Mapping[str, Any], *above: str) -> Iterator[Place]:
    for name in MAPS:
        for key, entry in data.get(name, {}).items():
            for word in WORDS[name] if entry else ():
                yield Place((*above, name, key, word), f"{name}.{key}")


def _in_a_state(state: Mapping[str, Any]) -> Iterator[Place]:
    """Where the state with which a journal begins holds them."""
    yield Place(("state", "name"), "name")
    yield Place(("state", "terms", "name"), "name")
    for held in ("decision", "outcome"):
        for word in ("verbatim", "competitor"):
            yield Place(("state", held, word), word)
    yield Place(("state", "purchase", "reference"), "reference")
    yield from _in_maps(state, "state")
    for id in state.get("commitments", ()):
        yield Place(("state", "commitments", id, TITLE), f"commitments.{id}")
    for number, refusal in enumerate(state["refused"]):
        for place in CALLED:
            yield Place(("state", "refused", number, place), called=refusal[0])


def value_at(data: Any, path: Path) -> Any:
    """What stands there, or nothing."""
    for name in path:
        held = data.get(name) if isinstance(data, dict) else None
        data = data[name] if isinstance(data, list) and isinstance(name, int) else held
    return data


def _set(data: Any, path: Path) -> Any:
    """The data with that place erased."""
    first, *rest = path
    inner = _set(data[first], tuple(rest)) if rest else ERASED
    if isinstance(data, list) and isinstance(first, int):
        return [*data[:first], inner, *data[first + 1 :]]
    return {**data, first: inner}


def _texts(words: Any) -> Iterator[str]:
    """Every text in it, keys too."""
    if isinstance(words, str):
        yield words
    elif isinstance(words, dict):
        yield from map(str, words)
    for each in _inner(words):
        yield from _texts(each)


def _named(words: Any, person: str) -> Iterator[str]:
    if isinstance(words, dict):
        name = value_at(words.get("stakeholders"), (person, "name"))
        if isinstance(name, str) and any(each.isalnum() for each in name):
            yield name.strip()
    for each in _inner(words):
        yield from _named(each, person)


def _inner(words: Any) -> Iterable[Any]:
    if isinstance(words, dict):
        return words.values()
    return words if isinstance(words, list | tuple) else ()

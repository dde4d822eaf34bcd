"""Which facts follow about how satisfied the customer is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sales.account.part import Part
from sales.account.satisfaction.messages import AskSurvey, RecordSurveyAnswer
from sales.account.satisfaction.notices import NOTICES
from sales.account.satisfaction.state import (
    LEAST,
    MOST,
    MOST_ANSWERS,
    Answer,
    Asked,
    Occasion,
    Satisfaction,
)
from sales.account.satisfaction.terms import SatisfactionTerms
from sales.account.state import Account
from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.words import said

Changes = dict[str, Any]


class Ripe(NamedTuple):
    """A survey that falls due at an instant."""

    at: datetime
    survey: str
    why: str
    about: str | None = None


# -- when they are asked -----------------------------------------------------------------------


def ripening(state: Account) -> Iterator[Ripe]:
    """The surveys to come, each not before those who were asked have rested."""
    if state.policy is None:
        return
    terms, held = state.policy.satisfaction, state.satisfaction
    rested = held.asked_at + terms.rest if held.asked_at else None
    for ripe in (_nps(state, held, terms), _csat(held, terms)):
        if ripe and ripe.survey not in held.asked:
            yield ripe._replace(at=max(ripe.at, rested)) if rested else ripe


def _nps(state: Account, held: Satisfaction, terms: SatisfactionTerms) -> Ripe | None:
    """While it is a customer: it has won something, and if it had contracts, one still runs."""
    gone = state.contracts.ended and not state.contracts.live
    if terms.nps_every is None or held.since is None or gone:
        return None
    first = held.since + terms.nps_first
    # They may have been asked before they were customers.
    again = held.nps_at + terms.nps_every if held.nps_at else first
    return Ripe(max(first, again), "nps", "customer")


def _csat(held: Satisfaction, terms: SatisfactionTerms) -> Ripe | None:
    occasion = held.occasion
    delay = _delay(terms, occasion.why) if occasion else None
    if occasion is None or delay is None:
        return None
    return Ripe(occasion.at + delay, "csat", occasion.why, occasion.about)


def _delay(terms: SatisfactionTerms, why: str) -> timedelta | None:
    return terms.csat_after_win if why == "won" else terms.csat_after_commitment


def _looks(state: Account) -> Iterator[datetime]:
    yield from (ripe.at for ripe in ripening(state))
    yield from (each.lapses_at for each in state.satisfaction.asked.values())


def _due(state: Account, now: datetime) -> list[Draft]:
    lapsed = [
        Draft("survey_lapsed", {"survey": survey, "survey_id": each.id}, each.lapses_at)
        for survey, each in state.satisfaction.asked.items()
        if each.lapses_at <= now
    ]
    # One at a time: the next has to wait until they have rested.
    ripe = min((ripe for ripe in ripening(state) if ripe.at <= now), default=None)
    return [*lapsed, *([_ask(state, *ripe[1:], at=ripe.at)] if ripe else [])]


def _ask(
    state: Account, survey: str, why: str, about: str | None, at: datetime | None = None
) -> Draft:
    assert state.policy
    number = state.satisfaction.numbers.get(survey, 0) + 1
    data = {"survey": survey, "survey_id": f"{survey}-{number}", "why": why}
    within = state.policy.satisfaction.answer_within.total_seconds()
    return Draft(
        "survey_asked",
        data | ({"about": about} if about else {}) | {"answer_within": within},
        at,
    )


# -- what is said ------------------------------------------------------------------------------


def _asked_for(state: Account, message: AskSurvey, now: datetime) -> list[Draft]:
    if state.policy is None:
        raise Broken("account_id", "not_managed", "it has no policy")
    held, rest = state.satisfaction, state.policy.satisfaction.rest
    if message.survey in held.asked:
        raise Broken("survey", "still_asked", held.asked[message.survey].id)
    if held.asked_at and now < held.asked_at + rest:
        raise Broken("survey", "asked_recently", f"not before {held.asked_at + rest}")
    return [_ask(state, message.survey, "on_request", message.about)]


def _answered(state: Account, message: RecordSurveyAnswer, _now: datetime) -> list[Draft]:
    survey, held = message.survey, state.satisfaction
    if not LEAST[survey] <= message.score <= MOST[survey]:
        raise Broken("score", "out_of_range", f"{survey} is from {LEAST[survey]} to {MOST[survey]}")
    waiting = held.asked.get(survey)
    id_ = message.survey_id or (waiting.id if waiting else None)
    if id_ and not _was_asked(held, survey, id_):
        raise Broken("survey_id", "unknown_survey", f"no such {survey} was asked")
    more: Changes = {"survey_id": id_} if id_ else {}
    if waiting and waiting.id == id_:
        more["first"] = True
    return [Draft("survey_answered", said(message) | more)]


def _was_asked(held: Satisfaction, survey: str, id_: str) -> bool:
    """They are numbered, so that what has left the state is still known."""
    kind, _, number = id_.partition("-")
    known = range(1, held.numbers.get(survey, 0) + 1)
    return kind == survey and number.isdecimal() and int(number) in known


# -- what it changes ---------------------------------------------------------------------------


def _ended(state: Account, fact: Fact) -> Changes:
    if fact.data["outcome"] != "won" or state.policy is None:
        return {}
    held = replace(state.satisfaction, since=state.satisfaction.since or fact.occurred_at)
    return _occurred(state, held, Occasion("won", fact.data["opportunity_id"], fact.occurred_at))


def _kept(state: Account, fact: Fact) -> Changes:
    occasion = Occasion("commitment_met", fact.data["commitment_id"], fact.occurred_at)
    return _occurred(state, state.satisfaction, occasion)


def _occurred(state: Account, held: Satisfaction, occasion: Occasion) -> Changes:
    terms = state.policy.satisfaction if state.policy else SatisfactionTerms()
    waits = held.occasion and _delay(terms, held.occasion.why) is not None
    if not waits and _delay(terms, occasion.why) is not None:
        held = replace(held, occasion=occasion)
    return {"satisfaction": held}


def _survey_asked(state: Account, fact: Fact) -> Changes:
    held, data = state.satisfaction, fact.data
    survey = data["survey"]
    # One that is asked late, after an outage, can be answered as long as any other.
    lapses_at = fact.recorded_at + timedelta(seconds=data["answer_within"])
    changes: Changes = {
        "asked": {**held.asked, survey: Asked(data["survey_id"], lapses_at)},
        "numbers": {**held.numbers, survey: held.numbers.get(survey, 0) + 1},
        "asked_at": fact.recorded_at,
    }
    changes |= {"nps_at": fact.recorded_at} if survey == "nps" else {"occasion": None}
    return {"satisfaction": replace(held, **changes)}


def _survey_answered(state: Account, fact: Fact) -> Changes:
    held, data = state.satisfaction, fact.data
    answer = Answer(data["survey"], data["score"], fact.occurred_at)
    latest = sorted((*held.answers, answer), key=lambda each: each.at)[-MOST_ANSWERS:]
    held = replace(held, answers=tuple(latest))
    return _closed(held, data["survey"]) if "first" in data else {"satisfaction": held}


def _closed(held: Satisfaction, survey: str) -> Changes:
    rest = {each: asked for each, asked in held.asked.items() if each != survey}
    return {"satisfaction": replace(held, asked=rest)}


SATISFACTION: Final = Part(
    rules={"ask_survey": _asked_for, "record_survey_answer": _answered},
    folds={
        "opportunity_ended": _ended,
        "commitment_met": _kept,
        "survey_asked": _survey_asked,
        "survey_answered": _survey_answered,
        "survey_lapsed": lambda state, fact: _closed(state.satisfaction, fact.data["survey"]),
    },
    looks=_looks,
    due=_due,
    notices=NOTICES,
)

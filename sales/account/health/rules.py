"""Which facts follow about how well the account is."""

from datetime import datetime
from typing import Any, Final

from sales.account.health import checkpoints
from sales.account.health.folds import FOLDS
from sales.account.health.messages import (
    AgreeOnHealth,
    DisagreeOnHealth,
    ReportContact,
    ReportPayment,
    ReportScore,
    ReportSponsor,
    ReportUsage,
)
from sales.account.health.notices import NOTICES
from sales.account.health.scoring import OWN, explain, terms_of
from sales.account.health.state import MOST_OVERDUE, MOST_REPORTED
from sales.account.health.turning import due, follows, looks
from sales.account.part import Part
from sales.account.state import Account
from sales.drafts import Broken, Draft
from sales.words import said


def _usage(state: Account, message: ReportUsage, _now: datetime) -> list[Draft]:
    _check(message)
    _check_room(state.health.usage, message.metric, "metric", "too_many_metrics", MOST_REPORTED)
    return [Draft("usage_reported", said(message))]


def _score(state: Account, message: ReportScore, _now: datetime) -> list[Draft]:
    _check(message)
    terms, name = terms_of(state), message.component
    if terms is None or name not in terms.components or name in OWN:
        raise Broken("component", "unknown_component", "the policy names what may be reported")
    return [Draft("score_reported", said(message))]


def _check(message: ReportUsage | ReportScore) -> None:
    if message.target == 0:
        raise Broken("target", "zero")
    if message.target is None and message.value > 1:
        raise Broken("value", "out_of_range", "a share is from 0 to 1, or say the target")


def _check_room(held: dict[str, Any], name: str, field: str, rule: str, most: int) -> None:
    if name not in held and len(held) >= most:
        raise Broken(field, rule, f"at most {most}")


def _payment(state: Account, message: ReportPayment, _now: datetime) -> list[Draft]:
    if message.status == "overdue":
        _check_room(
            state.health.overdue, message.invoice, "invoice", "too_many_invoices", MOST_OVERDUE
        )
    return [Draft("payment_reported", said(message))]


def _sponsor(state: Account, message: ReportSponsor, _now: datetime) -> list[Draft]:
    held = state.health.sponsors
    if message.status == "present":
        _check_room(held, message.contact, "contact", "too_many_sponsors", MOST_REPORTED)
    elif message.contact not in held:
        raise Broken("contact", "no_sponsor", "it was never reported to be one that is here")
    return [Draft("sponsor_reported", said(message))]


def _contact(_state: Account, message: ReportContact, _now: datetime) -> list[Draft]:
    return [Draft("contact_reported", said(message))]


def _disagree(state: Account, message: DisagreeOnHealth, now: datetime) -> list[Draft]:
    terms = terms_of(state)
    if terms is None:
        raise Broken("account_id", "no_health", "no policy says what it is made of")
    if not message.actor:
        raise Broken("actor", "required", "say who disagrees")
    if (message.score is None) == (message.band is None):
        raise Broken("score", "score_or_band", "one of them, and not both")
    if message.score is not None and message.score > 1:
        raise Broken("score", "out_of_range", "from 0 to 1")
    until = message.until or now + terms.disagreement
    if until <= now:
        raise Broken("until", "in_the_past")
    if until > now + terms.disagreement:
        raise Broken("until", "too_far", f"at most {terms.disagreement.days} days from now")
    found = explain(state, now).score
    data = {**said(message), "until": until.isoformat()}
    if found is not None:
        data["computed"] = round(found, 2)
    return [Draft("health_disagreed", data)]


def _agree(state: Account, _message: AgreeOnHealth, _now: datetime) -> list[Draft]:
    other = state.health.disagreement
    if other is None:
        raise Broken("account_id", "nobody_disagrees")
    return [Draft("disagreement_ended", {"sequence": other.sequence, "how": "agreed"})]


HEALTH: Final = Part(
    rules={
        "report_usage": _usage,
        "report_score": _score,
        "report_payment": _payment,
        "report_sponsor": _sponsor,
        "report_contact": _contact,
        "disagree_on_health": _disagree,
        "agree_on_health": _agree,
        "answer_checkpoint": checkpoints.answer,
    },
    folds=FOLDS,
    looks=looks,
    due=due,
    follows=follows,
    notices=NOTICES,
)

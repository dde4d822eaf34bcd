"""Who is told what of a term: people by a notice, a renewal that is under way by a message. Of what
is near the renewal's own opportunity warns."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sales.account.contracts.renewing import RENEWAL
from sales.account.part import Tell
from sales.facts import Fact
from sales.notice import Notice, Noticing
from sales.telling import Telling


def _launched(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    if data["why"] == RENEWAL:
        said = data["message"]
        until = said.get("notice_by") or said["close_date"]
        words = f"The renewal of {data['cause']} begins: {said['opportunity_id']}, until {until}"
        yield Notice("renewal_launched", words)


def _refused(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    again = data.get("again_at")
    words = f"The renewal of {data['contract_id']} could not be launched ({data['field']}: "
    words += f"{data['rule']}); " + (f"it is tried again at {again}" if again else "no more tries")
    yield Notice("renewal_refused", words, due=datetime.fromisoformat(again) if again else None)


def _lapsed(fact: Fact) -> Iterator[Notice]:
    words = f"Term {fact.data['term']} of {fact.data['contract_id']} is over, its renewal undecided"
    yield Notice("term_lapsed", words)


def _ended(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    sum_ = data.get("recurring")
    lost = f", and with it {sum_['amount']} {sum_['currency']} a year" if sum_ else ""
    yield Notice("contract_ended", f"{data['contract_id']} has ended ({data['reason']}){lost}")


def _untracked(fact: Fact) -> Iterator[Notice]:
    words = f"{fact.data['opportunity_id']} was won, but the account has too many contracts already"
    yield Notice("contract_untracked", words)


def _noticed(account_id: str, fact: Fact) -> Iterator[Telling]:
    """Notice is the buyer's no to a renewal, or the seller's withdrawal."""
    data = fact.data
    event_id = f"ending:{account_id}:{data['contract_id']}:{data['term']}"
    for opportunity_id in data["open"]:
        stamps = {"event_id": event_id[:200], "occurred_at": fact.occurred_at.isoformat()}
        if fact.origin in ("seller", "admin"):
            body = {**stamps, "reason": data["reason"]}
            yield Telling("opportunity", opportunity_id, "withdraw", body)
        else:
            body = {**stamps, "decision": "no", "reasons": [data["reason"]], "origin": "buyer"}
            yield Telling("opportunity", opportunity_id, "record_decision", body)


TELLS: Final[dict[str, Tell]] = {"contract_ending": _noticed}
"""What other workflows are told, by the kind of the fact."""

NOTICES: Final[dict[str, Noticing]] = {
    "opportunity_wanted": _launched,
    "renewal_refused": _refused,
    "term_lapsed": _lapsed,
    "contract_ended": _ended,
    "contract_untracked": _untracked,
}
"""By the kind of the fact."""

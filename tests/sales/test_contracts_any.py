"""Whatever happens to an account: a term is renewed once or is over, and nothing is left behind."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from sales.account.contracts.state import MOST_ATTEMPTS, MOST_CONTRACTS
from sales.drafts import Broken
from tests.sales.contracts_world import Customer, euros

CLOSED: Final = Broken("account_id", "too_many_open")
OUTCOMES: Final = ("won", "lost", "expired", "withdrawn")

lengths = st.sampled_from(["1mo", "1y", "3mo", "40d", "30s", "90s"])
sums = st.sampled_from([None, euros(100), euros("333.33"), {"amount": "7", "currency": "USD"}])
contracts = st.sampled_from(["c-1", "c-2", "o-1", "o-2"])
moves = st.one_of(
    st.tuples(
        st.just("record"),
        contracts,
        st.fixed_dictionaries(
            {"length": lengths},
            optional={
                "recurring": sums.filter(bool),
                "auto_renew": st.booleans(),
                "notice": st.sampled_from(["0d", "10s", "30d", "400d"]),
                "escalator": st.sampled_from(["0", "0.03", "0.9999"]),
                "term": st.integers(1, 9),
            },
        ),
    ),
    st.tuples(st.just("win"), contracts, sums),
    st.tuples(st.just("renewal"), st.sampled_from(OUTCOMES), sums),
    st.tuples(st.just("again"), st.none(), st.none()),
    st.tuples(st.just("amend"), contracts, sums.filter(bool)),
    st.tuples(st.just("end"), contracts, st.none()),
    st.tuples(st.just("keep"), contracts, st.none()),
    st.tuples(
        st.just("wait"), st.sampled_from([1, 20, 86_400, 86_400 * 35, 86_400 * 200]), st.none()
    ),
    st.tuples(
        st.just("sleep"), st.sampled_from([1, 20, 86_400, 86_400 * 35, 86_400 * 200]), st.none()
    ),
    st.tuples(st.just("close"), st.booleans(), st.none()),
)


def play(acme: Customer, what: str, first: Any, second: Any) -> None:
    renewals = sorted(
        id for id in acme.state.open if ":renewal-" in id or id.startswith("renewal-")
    )
    if what == "record":
        start = (
            acme.now.isoformat() if second["length"].endswith("s") else acme.now.date().isoformat()
        )
        acme.say("record_contract", contract_id=first, start=start, **second)
    elif what == "win":
        acme.end(
            first,
            "won",
            "best_fit",
            process="expansion",
            **({"recurring": second} if second else {}),
        )
    elif what == "renewal" and renewals:
        acme.end(renewals[0], first, **({"recurring": second} if second else {}))
    elif what == "again":
        ended = [
            each.opportunity_id for each in acme.state.last_ends if "renewal" in each.opportunity_id
        ]
        if ended:
            acme.ask_again(ended[-1])
            acme.look()
    elif what == "amend":
        acme.say("amend_contract", contract_id=first, recurring=second)
    elif what == "end":
        acme.say("end_contract", contract_id=first, reason="price")
    elif what == "keep":
        acme.say("amend_contract", contract_id=first, keep=True)
    elif what == "wait":
        acme.until(acme.now + timedelta(seconds=min(first, 300)))
        acme.until(acme.now + timedelta(seconds=first) if not _brief(acme) else acme.now)
    elif what == "sleep" and not _brief(acme):
        acme.now += timedelta(seconds=first)
        acme.look()
    elif what == "close":
        acme.closed = CLOSED if first else None


def _brief(acme: Customer) -> bool:
    """Whether a contract of seconds would renew itself some million times."""
    return any(each.length.endswith("s") for each in acme.state.contracts.live.values())


@settings(max_examples=150, deadline=None)
@given(st.lists(moves, max_size=25))
def test_every_term_is_renewed_once_or_over_whatever_happens(
    script: list[tuple[str, Any, Any]],
) -> None:
    acme = Customer()
    for what, first, second in script:
        play(acme, what, first, second)  # holds that no look is left behind now
    asked = Counter(fact.data["wanted"] for fact in acme.of("opportunity_wanted"))
    assert set(asked.values()) <= {1}
    launched = Counter(fact.data["opportunity_id"] for fact in acme.of("opportunity_launched"))
    assert all(count == 1 for id, count in launched.items() if "~" not in id)
    for contract in {fact.data["contract_id"] for fact in acme.of("contract_recorded")}:
        mine = [fact for fact in acme.facts if fact.data.get("contract_id") == contract]
        terms = [
            fact.data["term"] for fact in mine if fact.kind in ("contract_recorded", "term_renewed")
        ]
        assert all(after == before + 1 for before, after in pairwise(terms))
        spans = [fact for fact in mine if fact.kind in ("contract_recorded", "term_renewed")]
        starts = [fact.data["starts_at"] for fact in spans]
        assert starts == sorted(starts)
        over = [fact for fact in mine if fact.kind == "contract_ended"]
        assert len(over) <= 1
        assert (contract in acme.state.contracts.live) == (not over)
        assert not over or mine[-1] is over[0]
    assert len(acme.state.contracts.live) <= MOST_CONTRACTS
    assert all(
        len(each.renewal.attempts) <= MOST_ATTEMPTS for each in acme.state.contracts.live.values()
    )

"""A life in which an account is cared for: asked, reported of, disagreed on and watched to the end
of a term, and every rule about that is broken."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sales.account.health.state import MOST_OVERDUE, MOST_REPORTED
from tests.lives.rules import ASKED
from tests.lives.telling import A_YES, AN_ORDER, soon, tell
from tests.workflows.world import World, eventually, new_id

Said = tuple[str, dict[str, Any]]
A_FEELING: Final[dict[str, Any]] = {"reason": "so I feel", "actor": "ann", "band": "poor"}
REFUSED: Final[tuple[Said, ...]] = (
    ("ask_survey", {"survey": "nps"}),
    ("record_survey_answer", {"survey": "csat", "score": 0}),
    ("record_survey_answer", {"survey": "csat", "score": 4, "survey_id": "csat-9"}),
    ("record_survey_answer", {"survey": "nps", "score": 4, "survey_id": "nps-x"}),
    ("report_usage", {"metric": "logins", "value": "2"}),
    ("report_usage", {"metric": "logins", "value": "2", "target": "0"}),
    ("report_score", {"component": "unheard_of", "value": "1"}),
    ("report_sponsor", {"contact": "nobody", "status": "left"}),
    ("disagree_on_health", {**A_FEELING, "actor": None}),
    ("disagree_on_health", {**A_FEELING, "score": "0.5"}),
    ("disagree_on_health", {"reason": "so I feel", "actor": "ann", "score": "2"}),
    ("disagree_on_health", {**A_FEELING, "until": "2020-01-01T00:00:00Z"}),
    ("disagree_on_health", {**A_FEELING, "until": "2199-01-01T00:00:00Z"}),
    ("agree_on_health", {}),
    ("answer_checkpoint", {"verdict": "renew"}),
)


async def cared_for(world: World) -> None:
    account_id = f"care-{world.task_queue}"
    account = world.closeline.account(account_id)

    async def say(*said: Said) -> None:
        for kind, body in said:
            told = {name: value for name, value in body.items() if value is not None}
            await world.closeline.say_to_account(account_id, kind, **told)

    await _forgotten(world)
    await say(("ask_survey", {"survey": "nps"}), ("disagree_on_health", A_FEELING))
    await say(("set_policy", {"policy": "caring"}))
    begun = datetime.now(UTC)
    term = {"start": begun.isoformat(), "end": (begun + timedelta(seconds=12)).isoformat()}
    for id in ("c-1", "c-2"):
        await say(("record_contract", {"contract_id": id, **term}))
    order = await world.open(account=account_id)
    await say(*REFUSED[1:])
    await say(
        ("ask_survey", {"survey": "nps"}),
        ("ask_survey", {"survey": "nps"}),
        ("ask_survey", {"survey": "csat"}),
        ("record_survey_answer", {"survey": "nps", "score": 2, "respondent": "kim"}),
        ("report_usage", {"metric": "logins", "value": "0.9"}),
        ("report_usage", {"metric": "logins", "value": "1", "occurred_at": soon(-60)}),
        ("report_score", {"component": "sentiment", "value": "3", "target": "4"}),
        ("report_sponsor", {"contact": "kim", "status": "present"}),
        ("report_sponsor", {"contact": "kim", "status": "left"}),
        ("report_contact", {"channel": "call"}),
        ("disagree_on_health", A_FEELING),
        ("agree_on_health", {}),
        ("disagree_on_health", {"reason": "so I feel", "actor": "ann", "score": "0.5"}),
    )
    overdue = [(f"i-{number}", "overdue") for number in range(MOST_OVERDUE + 1)]
    many: list[Said] = [
        *(("report_payment", {"invoice": id, "status": status}) for id, status in overdue),
        *(("report_usage", {"metric": f"m_{n}", "value": "1"}) for n in range(MOST_REPORTED + 1)),
        *(
            ("report_sponsor", {"contact": f"c-{n}", "status": "present"})
            for n in range(MOST_REPORTED + 1)
        ),
    ]
    await tell(account, *many, pause=0)
    await say(("report_payment", {"invoice": "i-1", "status": "paid"}))
    await say(("make_commitment", {"commitment_id": "p", "title": "Kept", "due": soon(60)}))
    await say(("make_commitment", {"commitment_id": "q", "title": "Broken", "due": soon(1)}))
    made = datetime.now(UTC)
    await say(("make_commitment", {"commitment_id": "r", "title": "Soon", "level": "quick"}))
    await say(("meet_commitment", {"commitment_id": "p"}))
    await eventually(lambda: world.kinds(account), lambda kinds: "commitment_breached" in kinds)
    answered_at = (made + timedelta(seconds=0.4)).isoformat()
    await say(("respond_to_commitment", {"commitment_id": "r", "occurred_at": answered_at}))
    await world.say(order, "record_decision", **A_YES)
    await world.say(order, "record_purchase", **AN_ORDER)
    await order.result()
    facts = await world.facts(account)
    answered = [fact.sequence for fact in facts if fact.kind == "survey_answered"]
    await say(("erase", {**ASKED, "stakeholder_id": "kim", "sequences": answered}))
    await _watched(world, account_id, begun)


async def _forgotten(world: World) -> None:
    """An account of which, step by step, less is known."""
    say, account_id = world.closeline.say_to_account, f"forgotten-{world.task_queue}"
    await say(account_id, "set_policy", policy="caring")
    await say(account_id, "report_score", component="sentiment", value="0.9")
    await say(account_id, "report_usage", metric="logins", value="0")


async def _watched(world: World, account_id: str, begun: datetime) -> None:
    """Both checkpoints of both terms: one is answered in time, the other must be noticed again."""
    account = world.closeline.account(account_id)

    async def answer(**said: Any) -> None:
        await world.closeline.say_to_account(account_id, "answer_checkpoint", **said)

    await eventually(
        lambda: world.kinds(account), lambda kinds: kinds.count("checkpoint_due") == 2, within=20
    )
    await answer(verdict="watch")
    await answer(verdict="watch", contract_id="c-1")
    await answer(verdict="watch", contract_id="unheard-of")
    await eventually(
        lambda: world.kinds(account), lambda kinds: kinds.count("checkpoint_due") == 4, within=20
    )
    await answer(verdict="watch", contract_id="c-1")
    await answer(verdict="at_risk", contract_id="c-1")
    await eventually(
        lambda: world.kinds(account), lambda kinds: kinds.count("checkpoint_missed") > 0, within=20
    )
    await answer(verdict="will_leave", event_id=new_id("answer"))
    await asyncio.sleep(max((begun + timedelta(seconds=16) - datetime.now(UTC)).total_seconds(), 0))
    await eventually(lambda: world.kinds(account), lambda kinds: "survey_lapsed" in kinds)

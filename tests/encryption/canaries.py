"""A life with a word of its own in every field that holds personal data or business text."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from tests.workflows.world import Handle, World, eventually, now
from workflows.ids import opportunity_workflow


@dataclass
class Words:
    """Words that are found nowhere else, and what each was said as."""

    tag: str
    sum: str
    secret: set[str] = field(default_factory=set)
    clear: set[str] = field(default_factory=set)

    def __call__(self, what: str) -> str:
        """Must be found nowhere but where it is decrypted."""
        self.secret.add(word := f"canary-{self.tag}-{what}")
        return word

    def open(self, what: str) -> str:
        """Declared to be in clear in docs/security.md."""
        self.clear.add(word := f"canary-{self.tag}-clear-{what}")
        return word


def details(word: Words) -> dict[str, Any]:
    """Everything that can be known of an opportunity."""
    return {
        "name": word("name"),
        "amount": {"amount": word.sum, "currency": "EUR"},
        "lead_source": word("lead-source"),
        "product": word("product"),
        "territory": word("territory"),
        "team": word("team"),
        "owner": word.open("owner"),
        "segment": word.open("segment"),
        "actor": word("actor"),
        "note": word("note"),
        "event_id": word("event"),
        "source": word("source"),
        "source_seq": 1,
        "stakeholders": {word("person-id"): {"role": "champion", "name": word("person")}},
        "objectives": {
            "o": {"description": word("aim"), "measure": word("measure"), "target": word("target")}
        },
        "plan": {
            "s": {
                "title": word("step"),
                "due": "2099-01-01",
                "owner": "buyer",
                "evidence": word("ev"),
            }
        },
        "qualification": {"champion": {"score": 2, "evidence": word("claim")}},
        "competitors": {"c": {"name": word("rival"), "note": word("rival-note")}},
        "line_items": {"l": {"product": word("item"), "unit_price": "12.50"}},
        "landing": {"said": {"crm": word("crm-said")}},
    }


async def life(world: World, word: Words) -> None:
    """Opened through its account, told everything in every way, refused, lost, and spoken to after
    its end."""
    account, id_ = word.open("account"), word.open("opportunity")
    opened = await world.closeline.open_account(account, word("account-name"), note=word("ac-note"))
    assert opened.accepted, opened
    receipt = await world.closeline.open_opportunity(account, id_, process="long", **details(word))
    assert receipt.accepted, receipt
    handle = world.closeline.opportunity(id_)
    call = {"origin": "buyer", "channel": "mail", "summary": word("mail")}
    await handle.signal("record_engagement", {"sent_at": now(), **call})
    await handle.signal(word.open("signal"), {"surplus": word("unknown-body")})
    await handle.signal("amend", {word("field"): word("value")})
    await handle.signal("withdraw", word("no-object"))
    refused = await world.say(handle, "park", until=word("no-date"), reason=word("reason"))
    assert not refused.accepted
    parked = {"until": "2099-01-01", "reason": word("parking")}
    await world.say(handle, "park", **parked)
    await world.say(handle, "extend", close_date="2099-01-01", reason=word("extending"))
    stage = await world.say(handle, "change_stage", stage="offer", evidence=word("evidence"))
    assert stage.accepted, stage
    no = {"decision": "no", "reasons": ["price"], "competitor": word("winner")}
    lost = await world.say(handle, "record_decision", **no, verbatim=word("verbatim"))
    assert lost.accepted, lost
    await handle.result()
    late = await world.say(handle, "record_engagement", **(call | {"summary": word("late")}))
    assert late.rule == "ended"
    word.clear.add(word.sum)


async def failures(world: World, word: Words) -> None:
    """A start that is refused with what it said, and one that an administrator terminates."""
    bad = {
        "opportunity_id": word.open("bad"),
        "process": "long",
        word("bad-field"): word("bad-value"),
    }
    handle = await world.client.start_workflow(
        "Opportunity",
        {"account_id": word("bad-account"), "opening": bad},
        id=opportunity_workflow(str(bad["opportunity_id"])),
        task_queue=world.task_queue,
        static_summary=word("summary"),
        static_details=word("details"),
        memo={word.open("memo"): word("memo-value")},
    )
    with pytest.raises(WorkflowFailureError) as refused:
        await handle.result()
    assert "bad-field" in str(refused.value.cause)
    stopped = await world.open("long", opportunity_id=word.open("stopped"))
    await stopped.terminate(reason=word.open("terminated"))


async def unwritten(world: World, word: Words) -> None:
    """A ledger that refuses a row, which the driver then quotes."""
    opened = await world.open("long", opportunity_id=word.open("unwritten"))
    with sqlite3.connect(world.database) as ledger:
        ledger.execute(
            "CREATE TRIGGER no BEFORE INSERT ON fact BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    ledger.close()
    await opened.signal("withdraw", {"reason": "no_capacity", "verbatim": word("unwritten-words")})
    await eventually(lambda: tries(opened), lambda tries: tries > 1)
    with sqlite3.connect(world.database) as ledger:
        ledger.execute("DROP TRIGGER no")
    ledger.close()
    await opened.result()


async def tries(handle: Handle) -> int:
    """How often its pending activity was tried."""
    pending = (await handle.describe()).raw_description.pending_activities
    return max((each.attempt for each in pending), default=0)

"""A life in which an account has contracts, and every rule about them is broken."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sales.account.contracts.state import MOST_CONTRACTS
from tests.lives.telling import soon
from tests.workflows.world import World, eventually, id_of, message, new_id

EUROS: Final[dict[str, str]] = {"amount": "100", "currency": "EUR"}
DOLLARS: Final[dict[str, str]] = {"amount": "100", "currency": "USD"}
DAYS: Final[dict[str, str]] = {"start": "2026-01-01", "end": "2199-12-31"}


async def contracts_and_their_terms(world: World) -> None:
    account_id = f"terms-{world.task_queue}"
    say = world.closeline.say_to_account
    account = world.closeline.account(account_id)
    await say(account_id, "record_contract", contract_id="c", **DAYS)
    await say(account_id, "set_policy", policy="brief")
    now = datetime.now(UTC).isoformat()
    brief: dict[str, Any] = {"start": now, "length": "4s", "recurring": EUROS}
    await say(account_id, "record_contract", contract_id="auto", auto_renew=True, **brief)
    await say(account_id, "record_contract", contract_id="signed", **brief)
    await say(account_id, "record_contract", contract_id="refused", start=now)
    order = await world.open(account=account_id)
    signed: dict[str, Any] = {"evidence": {"kind": "signed_contract", "reference": "1"}}
    contract = {**DAYS, "recurring": EUROS, "notice": "30d", "auto_renew": True}
    await order.signal("record_purchase", message(order, "1", **signed, contract=contract))
    await order.result()
    won = {"contract_id": id_of(order)}
    await eventually(lambda: world.kinds(account), lambda kinds: "opportunity_ended" in kinds)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("record_contract", {"contract_id": "c~2", **DAYS}),
        ("record_contract", {"contract_id": "signed", **DAYS}),
        ("record_contract", {"contract_id": "c", "start": "2020-01-01T00:00:00Z"}),
        ("record_contract", {"contract_id": "c", "start": "2026-01-01", "end": now}),
        ("amend_contract", {"contract_id": "nobody's"}),
        ("amend_contract", {"contract_id": "nobodys"}),
        ("amend_contract", won),
        ("amend_contract", {**won, "keep": True}),
        ("amend_contract", {**won, "end": now}),
        ("amend_contract", {**won, "end": "2026-01-02"}),
        ("amend_contract", {**won, "recurring": DOLLARS}),
        ("amend_contract", {**won, "recurring": {**EUROS, "amount": "1"}, "escalated": True}),
        ("amend_contract", {**won, "recurring": EUROS, "occurred_at": "2025-01-01T00:00:00Z"}),
        ("end_contract", {**won, "reason": "price", "end": "2020-01-01"}),
    ]
    for kind, body in wrong:
        await say(account_id, kind, **body)
    await _amended(world, account_id, won)
    await eventually(lambda: world.kinds(account), lambda kinds: "term_renewed" in kinds)
    await eventually(lambda: world.kinds(account), lambda kinds: "term_lapsed" in kinds)
    renewal = world.closeline.opportunity(f"{account_id}:signed:renewal-2")
    await world.say(renewal, "withdraw", reason="no_capacity")
    again = world.closeline.opportunity(f"{account_id}:auto:renewal-3")
    await world.until(again, 1)
    await say(account_id, "end_contract", contract_id="auto", reason="price")
    await again.result()
    await eventually(lambda: world.kinds(account), lambda kinds: kinds.count("contract_ended") > 2)
    await say(account_id, "record_contract", contract_id="auto", **DAYS)
    await _too_many(world, account_id)


async def _amended(world: World, account_id: str, won: dict[str, str]) -> None:
    """Changed in every way, joined by an addition, and won once more."""
    say = world.closeline.say_to_account
    more: dict[str, Any] = {"recurring": {**EUROS, "amount": "103"}, "escalated": True}
    await say(account_id, "amend_contract", **won, **more, notice="60d", end="2199-11-30")
    await say(account_id, "end_contract", **won, reason="price", end="2199-12-31")
    await say(account_id, "amend_contract", **won, auto_renew=False, product="Lifts")
    await say(account_id, "end_contract", **won, reason="price", end="2199-10-31")
    await say(account_id, "amend_contract", **won, keep=True)
    addition = await world.open(account=account_id, recurring=EUROS)
    paid: dict[str, Any] = {"evidence": {"kind": "payment", "reference": "2"}}
    await addition.signal("record_purchase", message(addition, "2", **paid))
    await addition.result()


async def _too_many(world: World, account_id: str) -> None:
    account, say = world.closeline.account(account_id), world.closeline.say_to_account
    await say(account_id, "record_contract", contract_id="told", **DAYS, escalator="0.03")
    await say(account_id, "record_contract", contract_id="pilot", **DAYS, length="1y")
    for number in range(MOST_CONTRACTS - 3):
        body = {"contract_id": f"c{number}", "start": soon(3_600), "length": "1y"}
        await account.signal("record_contract", message(account, new_id("c"), **body))
    await say(account_id, "record_contract", contract_id="more", **DAYS)
    order = await world.open("long", account=account_id, recurring=EUROS)
    paid: dict[str, Any] = {"evidence": {"kind": "payment", "reference": "3"}}
    await order.signal("record_purchase", message(order, "3", **paid))
    await order.result()
    await eventually(lambda: world.kinds(account), lambda kinds: "contract_untracked" in kinds)


async def every_end_that_a_contract_knows(world: World) -> None:
    account_id = f"ends-{world.task_queue}"
    say = world.closeline.say_to_account
    account = world.closeline.account(account_id)

    async def end(id: str, outcome: str = "won", **said: Any) -> None:
        body = {"opportunity_id": id, "outcome": outcome, "reason": "value", **said}
        await say(account_id, "opportunity_ended", **body)

    def days(first: int, last: int) -> dict[str, str]:
        today = datetime.now(UTC).date()
        ends = (today + timedelta(days=number) for number in (first, last))
        return dict(zip(("start", "end"), map(str, ends), strict=True))

    def more(amount: int) -> dict[str, Any]:
        return {"recurring": {**EUROS, "amount": str(amount)}}

    await end("o-0", **more(5))
    await say(account_id, "set_policy", policy="brief")
    await end("o-1", "lost")
    await end("o-1", **more(100))
    await end("o-1:renewal-2", **more(120))
    await end("o-1:renewal-2~2", "lost")
    await say(account_id, "amend_contract", contract_id="o-1", escalator="0.01", **more(110))
    await end("o-2", **more(200), contract=days(-9, 20))
    await end("o-2:renewal-2", contract=days(-9, 9))
    await end("o-2:renewal-2~2", contract={**days(-1, 60), "notice": "9d", "auto_renew": True})
    start = datetime.now(UTC).isoformat()
    clause: dict[str, Any] = {"auto_renew": True, "escalator": "0.03", "length": "4s"}
    await say(account_id, "record_contract", contract_id="c", start=start, **clause, **more(300))
    silent = {"contract_id": "d", "start": start, "notice": "4s"}
    await say(account_id, "record_contract", **silent, **clause)
    await eventually(lambda: world.kinds(account), lambda kinds: kinds.count("term_renewed") > 1)
    await end("o-1:renewal-2~3", **more(130))
    await end("o-1:renewal-2~4", **more(130))
    await end("o-1~2", **more(140))
    await say(account_id, "end_contract", contract_id="o-1", reason="price", end=start)
    now = datetime.now(UTC).isoformat()
    await say(account_id, "end_contract", contract_id="o-1", reason="price", end=now)
    await eventually(lambda: world.kinds(account), lambda kinds: "contract_ended" in kinds)
    await end("o-1", **more(100))
    await end("o-1~3", **more(150))
    await world.written(account)

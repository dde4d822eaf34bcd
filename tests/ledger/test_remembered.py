"""What is remembered of a row says what the row says, whoever wrote it."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.remembered import Remembered
from sales.account.decide import folded, open_account
from sales.account.state import Account, adapter
from sales.facts import Fact

NOW = datetime(2026, 7, 1, tzinfo=UTC)
ACCOUNT, OPENED = open_account("a", NOW, "Acme")


def test_what_was_written_is_read_without_being_made_again() -> None:
    remembered = Remembered(adapter)

    text = remembered.write(ACCOUNT)

    assert remembered.read(text) is ACCOUNT
    assert Remembered(adapter).read(text) == ACCOUNT


def test_no_more_is_remembered_than_was_asked_and_what_was_used_last_stays() -> None:
    remembered = Remembered(adapter, most=2)
    first, second, third = (replace(ACCOUNT, id=id) for id in ("a", "b", "c"))

    texts = [remembered.write(first), remembered.write(second)]
    remembered.read(texts[0])
    texts.append(remembered.write(third))

    found = [remembered.read(texts[at]) for at in (0, 2, 1)]
    assert found == [first, third, second]
    assert [found[0] is first, found[1] is third, found[2] is second] == [True, True, False]


def test_what_another_process_has_written_meanwhile_is_what_the_next_write_goes_on_from(
    tmp_path: Path,
) -> None:
    ledger, renamed = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}"), _amended(2, {"name": "Beta"})
    ledger.migrate()
    ledger.record(Batch("account", "a", "run", (OPENED, renamed)))
    other = _amended(2, {"name": "Gamma", "tier": "key"})

    _as_another_process(ledger, folded(ACCOUNT, [other]))
    ledger.record(Batch("account", "a", "run", (_amended(3, {"owner": "ann"}),)))

    state = ledger.account_state("a")
    assert state == folded(ACCOUNT, [other, _amended(3, {"owner": "ann"})])


def _amended(sequence: int, data: dict[str, str]) -> Fact:
    return Fact(sequence, "account_amended", NOW, NOW, "signal", data=data)


def _as_another_process(ledger: Ledger, state: Account) -> None:
    """The row as somebody writes it who shares no memory with us."""
    with ledger._write() as connection:
        text = _fresh().dump_json(state).decode()
        connection.exec_driver_sql("UPDATE account SET state = ? WHERE id = ?", (text, state.id))


@cache
def _fresh() -> TypeAdapter[Account]:
    return TypeAdapter(Account)

"""Whatever a pool takes and makes is as the contract says."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings

from sales.pool.messages import POOL_KINDS
from sales.pool.viewing import lease_views, queue_views
from sales.reading import read
from sales.receipt import pool_receipt
from starter.contract.documents import plain
from tests.contract.schemas import fault, fault_of
from tests.sales.test_pool import Desk
from tests.sales.test_pool_any_sequence import SEEDS, Market


@dataclass
class Contracted(Desk):
    """Holds what is said and what is answered against the contract."""

    def say(self, kind: str, /, **body: Any) -> list[str]:
        kinds = super().say(kind, **body)
        message, made = read(kind, body, POOL_KINDS), self.journal[len(self.journal) - len(kinds) :]
        receipt = pool_receipt(self.state, message, tuple(made))
        assert fault("answers/receipt", plain(receipt)) is None
        if made and made[-1].kind != "refused":
            assert fault(f"messages/pool/{kind}", body) is None
        return kinds


@settings(max_examples=30)
@given(SEEDS)
def test_whatever_a_pool_takes_and_makes_is_as_the_contract_says(luck: int) -> None:
    market = Market(luck)
    market.desk = Contracted()
    market.live(40)
    desk = market.desk
    assert [bad for fact in desk.journal if (bad := fault_of("pool", fact))] == []
    leases = [plain(each._asdict()) for each in lease_views(desk.state)]
    queue = [plain(each._asdict()) for each in queue_views(desk.state, desk.now)]
    assert fault("answers/leases", leases) is None
    assert fault("answers/queue", queue) is None

"""What only an import may say: that a clock of elsewhere has ended it."""

from datetime import timedelta

import pytest

from sales.decide import decide
from sales.facts import Cause
from sales.imported import Expire
from sales.messages import KINDS
from sales.opportunity import Opportunity
from tests.sales.world import START, World, plain


def opened() -> Opportunity:
    return World(plain(clocks={"buyer_silence": {"limit": "20d"}})).state


def test_an_import_tells_of_a_clock_that_ran_out_elsewhere() -> None:
    at = START + timedelta(hours=5)
    message = Expire(clock="buyer_silence", occurred_at=at)
    [end] = decide(opened(), message, START + timedelta(days=1), "import")
    assert end.kind == "ended"
    assert end.occurred_at == at
    told = {name: end.data[name] for name in ("outcome", "reasons", "reason_source", "clock")}
    assert told == {
        "outcome": "expired",
        "reasons": ["buyer_silence"],
        "reason_source": "system",
        "clock": "buyer_silence",
    }


def test_a_clock_that_the_process_does_not_have_cannot_have_run_out() -> None:
    [refused] = decide(opened(), Expire(clock="notice_by"), START, "import")
    assert (refused.data["field"], refused.data["rule"]) == ("clock", "unknown_clock")


@pytest.mark.parametrize("cause", ["signal", "update"])
def test_nobody_else_can_say_it(cause: Cause) -> None:
    assert "expire" not in KINDS
    [refused] = decide(opened(), Expire(clock="end_by"), START, cause)
    assert (refused.data["field"], refused.data["rule"]) == ("kind", "only_imported")

"""What is said to an account that is merged, and which of it the other one hears."""

from typing import Any, Final

from sales.account.state import Account, Admission
from sales.drafts import Draft
from sales.messages import Malformed, Message

BETWEEN: Final = frozenset(
    {"merge_into", "take_account", "answer_merge", "confirm_take_over", "join_account"}
)
STAYS: Final = frozenset({"amend", "set_policy", "retire", "erase", "take_opportunity"}) | BETWEEN
"""What concerns the merged account itself, or asks it for something: nothing of that is said to the
other one, whose name, policy and words are its own."""
LEAVING: Final = frozenset(
    {"release_opportunity", "decline_opportunity", "adopt_opportunity", "late_message"}
)
"""What an account hears itself while its opportunities leave."""
STAMPS: Final = {"kind", "event_id", "source", "source_seq"}
"""What is not passed on as it is: a sender numbers what it says to each account by itself."""
PASSED_ON: Final = "passed_on"


def is_passed_on(state: Account, message: Message, admission: Admission | None = None) -> bool:
    """Whether the account into which this one is merged hears it instead. What was admitted before
    is launched here, and moves."""
    if not state.merging.agreed or message.kind in STAYS or isinstance(message, Malformed):
        return False
    if state.retired_at:
        return True
    here = admission is not None or message.event_id in state.wanted
    return not here and message.kind not in LEAVING


def passed_on(state: Account, message: Message) -> Draft:
    """It is kept as it was said, except for ids that are others there."""
    body = message.model_dump(mode="json", exclude_unset=True, exclude=STAMPS)
    for name in ("contract_id", "commitment_id"):
        if renamed := state.merging.renamed.get(body.get(name, "")):
            body[name] = renamed
    data: dict[str, Any] = {
        "to_account": state.merging.into,
        "message": {"kind": message.kind, "body": body},
        "field": "account_id",
        "rule": PASSED_ON,
    }
    child = state.open.get(body.get("opportunity_id", ""))
    if message.kind == "opportunity_ended" and child:
        data["process"] = child.process
    return Draft("message_passed_on", data)

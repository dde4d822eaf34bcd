"""What may be said to an account about what was agreed for a term."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from sales.account.contracts.span import Length
from sales.calendar import Zone
from sales.messages import Message
from sales.purchase import check_term
from sales.values import Code, Count, Day, Duration, Flag, Growth, Id, Money, Name

ContractId = Annotated[Id, Field(max_length=80)]
Number = Annotated[Count, Field(ge=1, le=10_000)]


class RecordContract(Message):
    """A contract that runs already, or was made elsewhere: the term that runs now.

    `term` is the how many-th that is. Without an end it lasts a `length`, or as long as the policy
    says; what it does not say of notice and of renewing is the policy's as well. `escalator` is the
    share by which the sum grows with each term.
    """

    kind: Literal["record_contract"] = "record_contract"
    contract_id: ContractId
    start: Day
    end: Day | None = None
    length: Length | None = None
    term: Number = 1
    recurring: Money | None = None
    notice: Duration | None = None
    auto_renew: Flag | None = None
    escalator: Growth | None = None
    product: Name | None = None
    time_zone: Zone | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.end is not None:
            check_term(self.start, self.end)
        return self


class AmendContract(Message):
    """Change a contract that runs.

    A sum that grows by a clause of the contract is `escalated`, and so no expansion; an `end` makes
    the running term longer or shorter; `keep` takes back that notice was given.
    """

    kind: Literal["amend_contract"] = "amend_contract"
    contract_id: ContractId
    recurring: Money | None = None
    escalated: Flag = False
    end: Day | None = None
    notice: Duration | None = None
    auto_renew: Flag | None = None
    escalator: Growth | None = None
    product: Name | None = None
    keep: Flag = False


class EndContract(Message):
    """It will not be renewed, or ends before its term does: somebody has given notice, the buyer
    unless `origin` is the seller."""

    kind: Literal["end_contract"] = "end_contract"
    contract_id: ContractId
    reason: Code
    end: Day | None = None


CONTRACT_KINDS: Final[dict[str, type[Message]]] = {
    "record_contract": RecordContract,
    "amend_contract": AmendContract,
    "end_contract": EndContract,
}

"""What a policy says about what was agreed for a term."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sales.account.contracts.span import Length
from sales.values import Code, Count, Duration, Flag, Model


class ContractTerms(Model):
    """What was agreed for a term: the terms of a policy.

    `term`, `notice` and `auto_renew` are for a contract that does not say it itself. A renewal
    begins `lead` before the last day of notice, by the process `renewal`, or `renewal_auto` where
    silence renews; a launch that was refused is tried again every `retry`, `tries` times in all.
    A win of one of `additions` joins a contract that runs.
    """

    term: Length = "1y"
    notice: Duration = timedelta(days=30)
    auto_renew: Flag = False
    lead: Duration = timedelta(days=150)
    renewal: Code = "renewal"
    renewal_auto: Code = "renewal_auto"
    additions: Annotated[tuple[Code, ...], Field(max_length=20)] = ("expansion",)
    retry: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(days=1)
    tries: Annotated[Count, Field(ge=1, le=20)] = 5

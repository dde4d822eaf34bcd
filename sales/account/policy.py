"""A policy as data: how the accounts are managed that have it. Every account carries the one it was
given; changing a policy changes no account until it is given the new version."""

from typing import Annotated, Final

from pydantic import Field

from sales.account.commitments.terms import CommitmentTerms
from sales.account.contracts.terms import ContractTerms
from sales.account.duplicates.terms import DuplicateTerms
from sales.account.evidence.terms import EvidenceTerms
from sales.account.health.terms import HealthTerms
from sales.account.needs.terms import NeedTerms
from sales.account.satisfaction.terms import SatisfactionTerms
from sales.hours import Hours
from sales.values import Code, Model, Name, Text

STANDARD: Final = "standard"
"""The policy of an account that was given no other."""


class Policy(Model):
    """One version of one policy; each part of managing an account has its own terms."""

    name: Code
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    title: Name
    description: Text = ""
    hours: Hours = Hours()
    commitments: CommitmentTerms = CommitmentTerms()
    satisfaction: SatisfactionTerms = SatisfactionTerms()
    health: HealthTerms = HealthTerms()
    contracts: ContractTerms = ContractTerms()
    needs: NeedTerms = NeedTerms()
    duplicates: DuplicateTerms = DuplicateTerms()
    evidence: EvidenceTerms = EvidenceTerms()

    @property
    def ref(self) -> dict[str, str | int]:
        """Name and version: how a message refers to the policy."""
        return {"name": self.name, "version": self.version}

"""What a policy says about what was agreed for a term."""

from sales.values import Model


class ContractTerms(Model):
    """What was agreed for a term: the terms of a policy."""

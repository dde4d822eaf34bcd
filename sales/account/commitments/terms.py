"""What a policy says about what was promised to the customer."""

from sales.values import Model


class CommitmentTerms(Model):
    """What was promised to the customer: the terms of a policy."""

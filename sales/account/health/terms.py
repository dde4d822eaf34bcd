"""What a policy says about how well the account is."""

from sales.values import Model


class HealthTerms(Model):
    """How well the account is: the terms of a policy."""

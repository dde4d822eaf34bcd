"""What a policy says about how satisfied the customer is."""

from sales.values import Model


class SatisfactionTerms(Model):
    """How satisfied the customer is: the terms of a policy."""

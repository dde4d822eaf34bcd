"""What a policy says about what the customer may need next."""

from sales.values import Model


class NeedTerms(Model):
    """What the customer may need next: the terms of a policy."""

"""What a policy says about what repeats an open opportunity."""

from typing import Literal

from sales.values import Model

By = Literal["product", "reference"]


class DuplicateTerms(Model):
    """By what a need, or the opening of an opportunity, repeats an open one: by the product under
    the same process, by the reference that another system has for it, by neither."""

    of_needs: tuple[By, ...] = ("product", "reference")
    of_openings: tuple[By, ...] = ()

"""Which facts follow about how satisfied the customer is."""

from typing import Final

from sales.account.part import Part

SATISFACTION: Final = Part()

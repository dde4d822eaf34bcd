"""Which facts follow about what the customer may need next."""

from typing import Final

from sales.account.part import Part

NEED: Final = Part()

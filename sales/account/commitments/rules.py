"""Which facts follow about what was promised to the customer."""

from typing import Final

from sales.account.part import Part

COMMITMENT: Final = Part()

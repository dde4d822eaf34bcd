"""Which facts follow about what was agreed for a term."""

from typing import Final

from sales.account.part import Part

CONTRACT: Final = Part()

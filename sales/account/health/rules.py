"""Which facts follow about how well the account is."""

from typing import Final

from sales.account.part import Part

HEALTH: Final = Part()

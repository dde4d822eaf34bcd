"""What an account remembers of the ends that late evidence may answer."""

from datetime import datetime
from typing import Final, NamedTuple

MOST_ENDED: Final = 100
"""How many ends are remembered; what comes for older ones is kept, and begins nothing."""


class Ended(NamedTuple):
    """How an opportunity without a successor ended, and when."""

    outcome: str
    at: datetime

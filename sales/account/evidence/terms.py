"""What a policy says about what comes after the end of an opportunity."""

from datetime import timedelta
from typing import Literal

from sales.values import Duration, Model

Evidence = Literal["purchase", "yes", "engagement"]


class EvidenceTerms(Model):
    """What a buyer must do after the end for a successor to begin, behind which ends, and up to how
    long after them; the close date of the successor lies `close_in` behind it. Nothing begins
    behind a win, nor behind an end on the seller's side."""

    by: tuple[Evidence, ...] = ()
    after: tuple[Literal["lost", "expired"], ...] = ("expired", "lost")
    within: Duration = timedelta(days=365)
    close_in: Duration = timedelta(days=30)

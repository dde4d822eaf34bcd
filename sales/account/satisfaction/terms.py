"""What a policy says about how satisfied the customer is."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sales.values import Duration, Model

Span = Annotated[Duration, Field(gt=timedelta(0))]


class SatisfactionTerms(Model):
    """When the customer is asked: how likely they would recommend us (NPS) again and again, and how
    satisfied they are (CSAT) some time after a win or a promise that was kept. What is left out is
    not asked."""

    nps_first: Span = timedelta(days=90)
    """From the first win to the first time they are asked."""
    nps_every: Span | None = None
    csat_after_win: Span | None = None
    csat_after_commitment: Span | None = None
    rest: Duration = timedelta(days=30)
    """Nobody is asked anything again before that."""
    answer_within: Span = timedelta(days=14)
    """A survey that nobody has answered by then lapses."""

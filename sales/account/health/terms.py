"""What a policy says about how well the account is."""

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from sales.values import Code, Duration, Id, Model

MOST_STEPS: Final = 12
"""How often a reading may lose half of its weight before it counts no more: each time is an instant
at which the health may change, and they are all looked at."""
MOST_COMPONENTS: Final = 12
MOST_CHECKPOINTS: Final = 6

Span = Annotated[Duration, Field(gt=timedelta(0))]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]


class Measure(Model):
    """How much a component counts, and how it ages: a reading loses half of its weight with every
    `half_life` that has passed whole, and counts no more from `stale_after` on."""

    weight: Weight
    half_life: Span = timedelta(days=60)
    stale_after: Span = timedelta(days=180)

    @model_validator(mode="after")
    def _in_few_steps(self) -> Self:
        if self.stale_after > MOST_STEPS * self.half_life:
            raise ValueError(f"too_many_steps (at most {MOST_STEPS} half lives until it is stale)")
        return self


class Caps(Model):
    """What the score can be at most while something is so bad that no average may hide it; what is
    left out caps nothing."""

    severe_breach: Share | None = None
    sponsor_left: Share | None = None
    payment_overdue: Share | None = None


class HealthTerms(Model):
    """What makes an account's health: components by name, and weights that are other in a segment.

    `usage`, `satisfaction`, `commitments`, `relationship` and `payments` are what the account knows
    by itself or is told of; every other component is reported as a score. Without components there
    is no health.
    """

    components: Annotated[dict[Code, Measure], Field(max_length=MOST_COMPONENTS)] = Field(
        default_factory=dict
    )
    segments: dict[Id, dict[Code, Weight]] = Field(default_factory=dict)
    good: Share = 0.75
    fair: Share = 0.5
    """The least score that is good, or fair; below it is poor."""
    caps: Caps = Caps()
    silence: Span | None = None
    """So long a contact is worth everything, twice as long half, and then nothing."""
    disagreement: Span = timedelta(days=90)
    """How long somebody's other opinion stands at most, and where they do not say how long."""
    checkpoints: Annotated[tuple[Span, ...], Field(max_length=MOST_CHECKPOINTS)] = ()
    """How long before a term ends somebody must say how it will end; at the last, for sure."""
    remind_after: Span = timedelta(days=14)
    """When a checkpoint that nobody has answered is noticed once more."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.fair > self.good:
            raise ValueError("fair_above_good")
        if any(a <= b for a, b in zip(self.checkpoints, self.checkpoints[1:], strict=False)):
            raise ValueError("checkpoints_out_of_order (the longest before the end comes first)")
        for name in {each for weights in self.segments.values() for each in weights}:
            if name not in self.components:
                raise ValueError(f"unknown_component ({name})")
        return self

    def weight(self, component: str, segment: str | None) -> float:
        """How much the component counts in the segment."""
        own = self.segments.get(segment or "", {})
        return own.get(component, self.components[component].weight)

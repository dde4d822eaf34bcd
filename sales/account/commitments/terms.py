"""What a policy says about what was promised to the customer."""

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from sales.values import Code, Duration, Flag, Model, Name

LONGEST: Final = timedelta(days=90)
"""The longest clock of a service level: so much working time may be years."""
FARTHEST: Final = timedelta(days=3_653)
"""How far ahead anything may be due."""

Within = Annotated[Duration, Field(gt=timedelta(0), le=LONGEST)]


class Level(Model):
    """A service level: within which working time to respond and to resolve.

    `around_the_clock` counts every hour. `severe` are commitments of this level that do not say
    otherwise. A warning comes when that share of a clock's time has gone by.
    """

    name: Code
    title: Name
    respond: Within | None = None
    resolve: Within
    around_the_clock: Flag = False
    severe: Flag = False
    warn_after: Annotated[float, Field(gt=0, le=0.99)] | None = None

    @model_validator(mode="after")
    def _respond_first(self) -> Self:
        if self.respond and self.respond > self.resolve:
            raise ValueError("respond: longer_than_resolve")
        return self


class CommitmentTerms(Model):
    """What was promised to the customer: the terms of a policy.

    What a sale promised is due `promised_within` the win, or the start of its contract if that is
    later; without it, a win leaves no commitments. `warn` is how long before a due date a warning
    comes. A commitment rests for `pause_at_most` in all.
    """

    levels: Annotated[tuple[Level, ...], Field(max_length=20)] = ()
    promised_within: Annotated[Duration, Field(gt=timedelta(0), le=FARTHEST)] | None = None
    warn: Duration | None = None
    pause_at_most: Annotated[Duration, Field(le=FARTHEST)] = timedelta(0)

    def level(self, name: str) -> Level | None:
        """The level of that name, if there is one."""
        return next((each for each in self.levels if each.name == name), None)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [each.name for each in self.levels]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"levels: defined_twice ({name})")
        return self
